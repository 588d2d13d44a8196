import { randomUUID } from 'node:crypto'
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { Challenge } from '../model/challenges.ts'
import type { Tenant } from '../model/model.ts'
import type { Passkey } from '../model/passkeys.ts'
import type { StoredCredential } from '../model/types.ts'
import { nameOf, parseUserAgent } from '../model/user-agent.ts'
import { algorithms } from './webauthn-options.ts'

/** Whether a passkey signed this challenge on one of `origins`; keeps its counter. */
export async function isSignedBy(
  tenant: Tenant,
  challenge: Challenge,
  passkey: Passkey,
  response: AuthenticationResponseJSON,
  origins: readonly string[] = tenant.settings.origins,
): Promise<boolean> {
  const { credential } = passkey
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge.nonce,
      expectedOrigin: [...origins],
      expectedRPID: tenant.settings.rpId,
      requireUserVerification: tenant.settings.userVerification === 'required',
      credential: {
        id: credential.credentialId,
        publicKey: credential.publicKey,
        counter: credential.counter,
      },
    })
    if (!verified) return false
    credential.counter = authenticationInfo.newCounter
    credential.credentialBackedUp = authenticationInfo.credentialBackedUp
    return true
  } catch {
    // The library throws for whatever is wrong with an answer.
    return false
  }
}

/** The credential that a browser made for this challenge, or undefined if the answer does not hold. */
export async function readCredential(
  tenant: Tenant,
  challenge: Challenge,
  response: RegistrationResponseJSON,
  about: { readonly userAgent: string; readonly conditional: boolean },
): Promise<StoredCredential | undefined> {
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge.nonce,
    expectedOrigin: [...tenant.settings.origins],
    expectedRPID: tenant.settings.rpId,
    requireUserPresence: !about.conditional,
    requireUserVerification: tenant.settings.userVerification === 'required',
    supportedAlgorithmIDs: algorithms,
  }).catch(() => undefined)
  const info = verified?.registrationInfo
  if (info === undefined) return undefined
  const parsedUserAgent = parseUserAgent(about.userAgent)
  return {
    credentialId: info.credential.id,
    deviceId: randomUUID(),
    name: nameOf(parsedUserAgent),
    aaguid: info.aaguid,
    credentialBackedUp: info.credentialBackedUp,
    credentialDeviceType: info.credentialDeviceType,
    authenticatorAttachment: response.authenticatorAttachment,
    parsedUserAgent,
    publicKey: info.credential.publicKey,
    transports: info.credential.transports ?? [],
    counter: info.credential.counter,
  }
}
