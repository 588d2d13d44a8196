import { randomBytes, randomUUID } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Tenant } from './model.ts'
import type { Action } from './types.ts'

/** What a token names; its state is looked up when it is used, never stored in it. */
export type TokenSubject = Pick<Action, 'userId' | 'actionCode' | 'idempotencyKey'>

/** A token that was read; `scope` is what track was called with, space separated. */
export type ReadToken = {
  readonly subject: TokenSubject
  readonly scope: string
  readonly payload: JWTPayload
}

export type Tokens = {
  /** A fresh token for an action: a JWT with HS256 and a key that only this process knows. */
  issue(subject: TokenSubject, scope?: string): Promise<string>
  /** What the token names, or undefined if it is expired or not one of ours. Never uses it up. */
  read(token: string): Promise<ReadToken | undefined>
  /** The same, telling apart what is wrong. */
  inspect(token: string): Promise<ReadToken | 'expired' | 'invalid'>
}

export function createTokens(tenant: Tenant): Tokens {
  const key = randomBytes(32)
  const issuer = 'http://authsignal.localhost'
  const inspect = async (token: string): Promise<ReadToken | 'expired' | 'invalid'> => {
    try {
      const { payload } = await jwtVerify<{ other: TokenSubject & { scope?: string } }>(token, key, {
        algorithms: ['HS256'],
        issuer,
        audience: issuer,
        currentDate: new Date(tenant.now()),
      })
      return { subject: payload.other, scope: payload.other.scope ?? '', payload }
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'expired' : 'invalid'
    }
  }
  return {
    async issue({ userId, actionCode, idempotencyKey }, scope) {
      const { tenantId } = tenant
      const issuedAtSeconds = Math.floor(tenant.now() / 1000)
      return new SignJWT({ other: { tenantId, userId, actionCode, idempotencyKey, scope } })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setJti(randomUUID())
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(issuedAtSeconds + tenant.settings.tokenLifetimeMs / 1000)
        .sign(key)
    },
    inspect,
    async read(token) {
      const read = await inspect(token)
      return typeof read === 'string' ? undefined : read
    },
  }
}
