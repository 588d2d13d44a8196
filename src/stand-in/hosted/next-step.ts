import { findEmailAddress } from '../model/email-code.ts'
import { enrolledIn } from '../model/model.ts'
import { passkeysOf } from '../model/passkeys.ts'
import type { StandIn } from '../model/stand-in.ts'
import { createAuthenticatorApp, createSecret, findAuthenticatorApp } from '../model/totp.ts'
import type { Action, AuthenticatorApp, User } from '../model/types.ts'

/** The methods that the hosted pages can check, the usual one first. */
const pageMethods = ['AUTHENTICATOR_APP', 'PASSKEY', 'EMAIL_OTP'] as const
export type PageMethod = (typeof pageMethods)[number]

/** A visit to the hosted pages; `wanted` is the method that the visitor chose there. */
export type Visit = { readonly action: Action; readonly user: User; readonly wanted?: string | undefined }

/** What the visitor has to do, and what would do as well. */
export type Step =
  | (Task & { readonly others: readonly PageMethod[] })
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'return' }

export type Task =
  | {
      readonly kind: 'enrol' | 'challenge'
      readonly method: 'AUTHENTICATOR_APP'
      readonly app: AuthenticatorApp
    }
  | {
      readonly kind: 'enrol' | 'challenge'
      readonly method: 'EMAIL_OTP'
      /** Where codes go; without one the visitor says it. */
      readonly address?: string | undefined
    }
  | { readonly kind: 'challenge'; readonly method: 'PASSKEY' }

/** The action's methods, else what is enrolled, else the authenticator app. */
export function nextStep(standIn: StandIn, { action, user, wanted }: Visit): Step {
  if (action.state === 'CHALLENGE_FAILED') return { kind: 'failed' }
  const isUnenrolled = action.state === 'ALLOW' && !action.isEnrolled
  if (action.state !== 'CHALLENGE_REQUIRED' && !isUnenrolled) return { kind: 'return' }
  const challenges = challengesOf(standIn, user).filter(
    ({ method }) => action.methods?.includes(method) ?? true,
  )
  if (challenges.length === 0 && enrolledIn(user, action.methods).length > 0) return { kind: 'elsewhere' }
  const tasks = challenges.length > 0 ? challenges : enrolmentsOf(standIn, action, user)
  const chosen =
    tasks.find(({ method }) => method === wanted) ??
    tasks.find(({ method }) => method === action.defaultMethod) ??
    tasks[0]
  if (chosen === undefined) return { kind: 'elsewhere' }
  return { ...chosen, others: tasks.map(({ method }) => method).filter((one) => one !== chosen.method) }
}

function challengesOf(standIn: StandIn, user: User): Task[] {
  const tasks: Task[] = []
  const app = findAuthenticatorApp(user)
  const address = findEmailAddress(user)
  if (app !== undefined) tasks.push({ kind: 'challenge', method: 'AUTHENTICATOR_APP', app })
  if (passkeysOf(user).length > 0 && isRpPage(standIn)) tasks.push({ kind: 'challenge', method: 'PASSKEY' })
  if (address !== undefined) tasks.push({ kind: 'challenge', method: 'EMAIL_OTP', address })
  return tasks
}

function enrolmentsOf(standIn: StandIn, action: Action, user: User): Task[] {
  const permitted = action.methods ?? ['AUTHENTICATOR_APP']
  const tasks: Task[] = []
  if (permitted.includes('AUTHENTICATOR_APP')) {
    user.pendingApp ??= createAuthenticatorApp(standIn.tenant, createSecret())
    tasks.push({ kind: 'enrol', method: 'AUTHENTICATOR_APP', app: user.pendingApp })
  }
  if (permitted.includes('EMAIL_OTP'))
    tasks.push({ kind: 'enrol', method: 'EMAIL_OTP', address: user.attributes.email })
  return tasks
}

/** Whether the hosted pages may use the tenant's passkeys: browsers refuse a parent domain without a dot. */
function isRpPage({ hostedUrl, tenant }: StandIn): boolean {
  const { hostname } = new URL(hostedUrl)
  const { rpId } = tenant.settings
  return hostname === rpId || (rpId.includes('.') && hostname.endsWith(`.${rpId}`))
}
