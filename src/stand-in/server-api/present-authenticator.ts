import { authenticatorNames } from '../model/authenticator-names.ts'
import type { Authenticator, StoredCredential } from '../model/types.ts'

/** An authenticator as both APIs show it: without its secret, its last code and its key. */
export function presentAuthenticator(userId: string, authenticator: Authenticator): object {
  const { secret: _, lastStep: __, credential, createdAt, lastVerifiedAt, ...rest } = authenticator
  return {
    userId,
    ...rest,
    createdAt: new Date(createdAt).toISOString(),
    verifiedAt: new Date(createdAt).toISOString(),
    lastVerifiedAt: lastVerifiedAt === undefined ? undefined : new Date(lastVerifiedAt).toISOString(),
    ...(credential && { webauthnCredential: presentCredential(credential) }),
  }
}

function presentCredential(credential: StoredCredential): object {
  const { publicKey: _, counter: __, transports: ___, ...shown } = credential
  const name = authenticatorNames.get(credential.aaguid)
  return {
    ...shown,
    ...(name !== undefined && { aaguidMapping: { name, svgIconLight: '', svgIconDark: '' } }),
  }
}
