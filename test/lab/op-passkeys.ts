import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { jwtVerify } from 'jose'

/** Who may tell the OP by JWT that a person has signed in by passkey. */
export interface PasskeyIssuer {
  /** The public key of the gateway. */
  readonly key: KeyObject
  /** The `iss` of its JWTs; the origin of the OP's issuer without it. */
  readonly issuer?: string
  /** Their `aud`; the OP's issuer without it. */
  readonly audience?: string
  /** Epoch milliseconds. */
  readonly now?: () => number
}

/** A key pair for such JWTs: `pem` is for the gateway's configuration. */
export function makePasskeyKeys(): { readonly pem: string; readonly key: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), key: publicKey }
}

/** What the gateway's configuration says of passkeys in front of this OP, signing in by JWT; and the key for the OP. */
export function makePasskeySignIn() {
  const { pem, key } = makePasskeyKeys()
  const passkeys = {
    tenantId: 'lab',
    signIn: { loginPaths: ['/interaction/*'], jwt: { path: '{page}/passkey', key: pem } },
  }
  return { passkeys, key }
}

/** The user whom a JWT names; undefined if it is not good, or has been used. */
export type ReadPasskey = (jwt: string) => Promise<string | undefined>

/** Reads the JWTs as an OP should: the right type and algorithm, from the gateway, for this OP, young, and once. */
export function createPasskeyReader(
  { key, issuer, audience, now = Date.now }: PasskeyIssuer,
  opIssuer: string,
): ReadPasskey {
  const used = new Set<string>()
  return async (jwt) => {
    try {
      const { payload } = await jwtVerify(jwt, key, {
        typ: 'passkey-sign-in+jwt',
        algorithms: ['ES256'],
        issuer: issuer ?? new URL(opIssuer).origin,
        audience: audience ?? opIssuer,
        requiredClaims: ['sub', 'iat', 'exp', 'jti'],
        maxTokenAge: '60s',
        currentDate: new Date(now()),
      })
      const { jti = '', sub } = payload
      if (used.has(jti)) return undefined
      used.add(jti)
      return sub
    } catch {
      return undefined
    }
  }
}
