import { randomBytes } from 'node:crypto'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { Challenge } from '../model/challenges.ts'
import type { Tenant } from '../model/model.ts'
import { passkeysOf } from '../model/passkeys.ts'
import type { User } from '../model/types.ts'

/** COSE: ES256 and RS256. */
export const algorithms = [-7, -257]
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))

/** What the browser is asked to sign; without a user any passkey will do (autofill). */
export async function requestOptions(
  tenant: Tenant,
  challenge: Challenge,
  user?: User,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const allowed = user === undefined ? [] : passkeysOf(user)
  return generateAuthenticationOptions({
    rpID: tenant.settings.rpId,
    challenge: bytesOf(challenge.nonce),
    timeout: 60_000,
    userVerification: tenant.settings.userVerification,
    allowCredentials: allowed.map(({ credential }) => ({
      id: credential.credentialId,
      transports: credential.transports,
    })),
  })
}

/** What a new passkey is made for; the user's other ones are excluded. */
export async function creationOptions(
  tenant: Tenant,
  challenge: Challenge,
  user: User,
  attachment?: 'platform' | 'cross-platform',
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  user.passkeyHandle ??= randomBytes(16).toString('base64url')
  const { username = user.userId, displayName = username } = challenge
  return generateRegistrationOptions({
    rpID: tenant.settings.rpId,
    rpName: 'Step-up rehearsal',
    userID: bytesOf(user.passkeyHandle),
    userName: username,
    userDisplayName: displayName,
    challenge: bytesOf(challenge.nonce),
    timeout: 60_000,
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: passkeysOf(user).map(({ credential }) => ({
      id: credential.credentialId,
      transports: credential.transports,
    })),
    authenticatorSelection: {
      residentKey: 'required',
      userVerification: tenant.settings.userVerification,
      ...(attachment && { authenticatorAttachment: attachment }),
    },
  })
}
