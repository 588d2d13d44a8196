import type { Tenant } from './model.ts'
import type { Authenticator, User } from './types.ts'

/** What a browser tells of itself in `User-Agent`, as far as it is shown next to a passkey. */
export type ParsedUserAgent = {
  readonly ua: string
  readonly browser?: { readonly name: string; readonly version: string; readonly major: string }
  readonly os?: { readonly name: string; readonly version: string }
}

/** What is kept of a WebAuthn credential; the API shows it without key and counter. */
export type StoredCredential = {
  readonly credentialId: string
  readonly deviceId: string
  readonly name: string
  readonly aaguid: string
  credentialBackedUp: boolean
  readonly credentialDeviceType: 'singleDevice' | 'multiDevice'
  readonly authenticatorAttachment?: string | undefined
  readonly parsedUserAgent?: ParsedUserAgent | undefined
  /** COSE. */
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly transports: string[]
  counter: number
}

export type Passkey = Authenticator & { readonly credential: StoredCredential }

/** The user's passkeys that can be used: with a key, not merely claimed by a test. */
export function passkeysOf(user: User): Passkey[] {
  return user.authenticators.filter(isPasskey)
}

/** The passkey with this credential id, and its user. */
export function findPasskey(
  tenant: Tenant,
  credentialId: string,
): { readonly user: User; readonly passkey: Passkey } | undefined {
  for (const user of tenant.users.values())
    for (const passkey of passkeysOf(user))
      if (passkey.credential.credentialId === credentialId) return { user, passkey }
  return undefined
}

function isPasskey(authenticator: Authenticator): authenticator is Passkey {
  return authenticator.verificationMethod === 'PASSKEY' && authenticator.credential !== undefined
}
