import { randomBytes, randomUUID } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Tenant } from './model.ts'
import type { Action } from './types.ts'

/** What a token names; its state is looked up when it is used, never stored in it. */
export type TokenSubject = Pick<Action, 'userId' | 'actionCode' | 'idempotencyKey'>

export type Tokens = {
  /** A fresh token for an action: a JWT with HS256 and a key that only this process knows. */
  issue(subject: TokenSubject): Promise<string>
  /** What the token names, or undefined if it is expired or not one of ours. Never uses it up. */
  read(token: string): Promise<{ subject: TokenSubject; payload: JWTPayload } | undefined>
}

export function createTokens(tenant: Tenant): Tokens {
  const key = randomBytes(32)
  const issuer = 'http://authsignal.localhost'
  return {
    async issue({ userId, actionCode, idempotencyKey }) {
      const { tenantId } = tenant
      const issuedAtSeconds = Math.floor(tenant.now() / 1000)
      return new SignJWT({ other: { tenantId, userId, actionCode, idempotencyKey } })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setJti(randomUUID())
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(issuedAtSeconds + tenant.settings.tokenLifetimeMs / 1000)
        .sign(key)
    },
    async read(token) {
      try {
        const { payload } = await jwtVerify<{ other: TokenSubject }>(token, key, {
          algorithms: ['HS256'],
          issuer,
          audience: issuer,
          currentDate: new Date(tenant.now()),
        })
        return { subject: payload.other, payload }
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}
