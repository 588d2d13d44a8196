import { importPKCS8, SignJWT } from 'jose'
import type { PasskeySignIn } from '../config/schema/passkeys-schema.ts'
import type { Config } from '../config/schema/schema.ts'
import { createId } from '../hash.ts'
import { Refusal } from '../refusal.ts'
import { signInTokenType } from './sign-in-token.ts'

/** `passkeys.signIn.jwt`: where the OP takes a user from a JWT, and how it is signed. */
export type PasskeyJwtSettings = NonNullable<PasskeySignIn['jwt']>

/** Makes the JWTs that tell the OP who has signed in by passkey. */
export interface PasskeyJwt {
  /**
   * A JWT (RFC 7519) of the type `passkey-sign-in+jwt`: from `publicUrl`, for `provider.issuer`, good for one minute,
   * with an id of its own so that the OP can take it once.
   *
   * @param signIn the name under which the OP knows the person, and the time in epoch milliseconds.
   * @throws Refusal `passkey_refused` where there is no name.
   */
  sign(signIn: { readonly user: string; readonly now: number }): Promise<string>
}

const lifetimeSeconds = 60
const shortestSecret = 32

/**
 * Reads the key, and signs once with it, so that one that can't sign is found when the gateway starts.
 *
 * @throws Error that names the key of the configuration, and nothing of its value.
 */
export async function createPasskeyJwt(
  settings: PasskeyJwtSettings,
  { publicUrl, provider }: Pick<Config, 'publicUrl' | 'provider'>,
): Promise<PasskeyJwt> {
  const { algorithm } = settings
  const key = await readKey(settings)
  const sign = (claims: Record<string, string | number>) =>
    new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: signInTokenType }).sign(key)
  await trySigning(() => sign({}), algorithm)
  return {
    async sign({ user, now }) {
      if (user === '') throw new Refusal('passkey_refused', 'the user has no name')
      const iat = Math.floor(now / 1000)
      return sign({
        iss: publicUrl,
        aud: provider.issuer,
        sub: user,
        iat,
        nbf: iat,
        exp: iat + lifetimeSeconds,
        jti: createId(),
      })
    },
  }
}

async function readKey({ algorithm, key, secret }: PasskeyJwtSettings) {
  if (algorithm === 'HS256') {
    if (secret === undefined || secret.length < shortestSecret)
      throw new Error(
        `passkeys.signIn.jwt.secret: HS256 takes a secret of ${shortestSecret} characters at least`,
      )
    return new TextEncoder().encode(secret)
  }
  if (key === undefined) throw new Error(`passkeys.signIn.jwt.key: ${algorithm} takes a private key`)
  return trySigning(() => importPKCS8(key, algorithm), algorithm)
}

/** What a library says of a key could hold a part of it: no cause goes along. */
async function trySigning<Result>(attempt: () => Promise<Result>, algorithm: string): Promise<Result> {
  try {
    return await attempt()
  } catch {
    throw new Error(`passkeys.signIn.jwt.key: is no private key in PEM (PKCS #8) that signs ${algorithm}`)
  }
}
