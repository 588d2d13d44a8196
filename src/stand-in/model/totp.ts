import { randomUUID } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { nameUser, type Tenant } from './model.ts'
import type { Authenticator, AuthenticatorApp, User } from './types.ts'

/** Why a code is not accepted. */
export type CodeRefusal = 'malformed' | 'wrong' | 'used' | 'expired'

/** A fresh secret in base32. */
export function createSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** The `otpauth:` address that the QR code carries. */
export function enrolmentUri(user: User, secret: string): string {
  return new TOTP({ issuer: 'Step-up rehearsal', label: nameUser(user), secret }).toString()
}

/** A new authenticator app for this secret, not yet verified by a code. */
export function createAuthenticatorApp(tenant: Tenant, secret: string): AuthenticatorApp {
  return {
    userAuthenticatorId: randomUUID(),
    verificationMethod: 'AUTHENTICATOR_APP',
    createdAt: tenant.now(),
    secret,
  }
}

/** The user's authenticator app, if there is one. */
export function findAuthenticatorApp(user: User): AuthenticatorApp | undefined {
  return user.authenticators.find(isApp)
}

function isApp(authenticator: Authenticator): authenticator is AuthenticatorApp {
  return authenticator.verificationMethod === 'AUTHENTICATOR_APP'
}

/**
 * Checks a typed code (RFC 6238) one step around now and uses it up: a step counts once (section 5.2).
 *
 * Returns undefined when the code is right.
 */
export function useCode(tenant: Tenant, app: AuthenticatorApp, typed: string): CodeRefusal | undefined {
  const token = typed.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return 'malformed'
  const totp = new TOTP({ secret: app.secret })
  const timestamp = tenant.now()
  const delta = totp.validate({ token, timestamp, window: 1 })
  if (delta === null) return 'wrong'
  const step = totp.counter({ timestamp }) + delta
  if (step <= (app.lastStep ?? -1)) return 'used'
  app.lastStep = step
  app.lastVerifiedAt = timestamp
  return undefined
}

/** The code that the app shows now; undefined once it is used. */
export function currentCode(tenant: Tenant, app: AuthenticatorApp): string | undefined {
  const totp = new TOTP({ secret: app.secret })
  const timestamp = tenant.now()
  return totp.counter({ timestamp }) > (app.lastStep ?? -1) ? totp.generate({ timestamp }) : undefined
}

/** The code of the current step, or of the next one when the current one is used; throws when both are. */
export function nextCode(tenant: Tenant, app: AuthenticatorApp): string {
  const totp = new TOTP({ secret: app.secret })
  const timestamp = tenant.now()
  const ahead = Math.max(0, (app.lastStep ?? -1) + 1 - totp.counter({ timestamp }))
  if (ahead > 1) throw new Error('every code of this time step is used: advance the clock by 30 s')
  return totp.generate({ timestamp: timestamp + ahead * totp.period * 1000 })
}
