import type { Tenant } from './model.ts'
import type { Authenticator, StoredCredential, User } from './types.ts'

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
