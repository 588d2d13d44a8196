import { randomInt, randomUUID } from 'node:crypto'
import type { StandIn } from './stand-in.ts'
import type { CodeRefusal } from './totp.ts'
import type { Action, User } from './types.ts'

/** The address to which a user's codes go, if the user has enrolled one. */
export function findEmailAddress(user: User): string | undefined {
  const enrolled = user.authenticators.find(({ verificationMethod }) => verificationMethod === 'EMAIL_OTP')
  return enrolled && (enrolled.email ?? user.attributes.email)
}

/** Mails a fresh code, which replaces the one before. */
export function sendEmailCode(standIn: StandIn, action: Action, address: string): void {
  const { now, settings } = standIn.tenant
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  action.emailCode = { address, code, expiresAt: now() + settings.emailCodeLifetimeMs }
  standIn.mails.push({ userId: action.userId, to: address, code, sentAt: now() })
}

/** Where the action's last code went; one that went elsewhere than to the `given` address is none. */
export function sentAddress({ emailCode }: Action, given?: string): string | undefined {
  const address = emailCode?.address
  return address === (given ?? address) ? address : undefined
}

/** Whether the action has a code for this address that still counts. */
export function hasLiveCode(standIn: StandIn, { emailCode }: Action, address?: string): boolean {
  if (emailCode === undefined || emailCode.expiresAt <= standIn.tenant.now()) return false
  return (address ?? emailCode.address) === emailCode.address
}

/** Checks a typed code and uses it up; returns undefined when it is right. */
export function useEmailCode(standIn: StandIn, action: Action, typed: string): CodeRefusal | undefined {
  const token = typed.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return 'malformed'
  if (!hasLiveCode(standIn, action)) return 'expired'
  if (token !== action.emailCode?.code) return 'wrong'
  action.emailCode = undefined
  return undefined
}

/** The code was right: the address is the user's. Enrols it unless it is, and marks it as used now. */
export function confirmEmail({ tenant }: StandIn, user: User, address: string): void {
  const known = user.authenticators.find(({ verificationMethod }) => verificationMethod === 'EMAIL_OTP')
  if (known === undefined)
    user.authenticators.push({
      userAuthenticatorId: randomUUID(),
      verificationMethod: 'EMAIL_OTP',
      createdAt: tenant.now(),
      lastVerifiedAt: tenant.now(),
      email: address,
    })
  else known.lastVerifiedAt = tenant.now()
  user.attributes.email ??= address
  if (user.attributes.email === address) user.attributes.emailVerified = true
}
