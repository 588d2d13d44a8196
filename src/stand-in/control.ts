import { randomUUID } from 'node:crypto'
import type { Fault, FaultTarget } from './model/faults.ts'
import { actionKey, changeState, findOrCreateUser } from './model/model.ts'
import { type Passkey, passkeysOf } from './model/passkeys.ts'
import { checkRules } from './model/rule-engine.ts'
import type { Settings } from './model/settings.ts'
import { type RecordedTrack, returnUrl, type StandIn } from './model/stand-in.ts'
import { createAuthenticatorApp, createSecret, findAuthenticatorApp, nextCode } from './model/totp.ts'
import type {
  Action,
  ActionConfiguration,
  ActionState,
  Mail,
  Outcome,
  Rule,
  User,
  VerificationMethod,
} from './model/types.ts'

/** Where a test turns the stand-in's knobs. The settings themselves can be assigned to. */
export type Control = Settings & {
  /** Every track call as it came, failed ones too. */
  readonly tracks: readonly RecordedTrack[]
  /** Every body that was sent to validate. */
  readonly validations: readonly Readonly<Record<string, unknown>>[]
  /** The user's live record, created if need be. */
  user(userId: string): User
  /**
   * Enrols an authenticator app, or another method; gives the app's secret. EMAIL_OTP takes an `email`; a
   * PASSKEY of this kind is counted, but nobody can use it.
   */
  enrol(userId: string, options?: { secret?: string; method?: VerificationMethod; email?: string }): string
  /** Removes all authenticators. */
  unenrol(userId: string): void
  /** The user's passkeys, with key and counter, the oldest first. */
  passkeysOf(userId: string): readonly Passkey[]
  /** Every mail that was sent, the oldest first. */
  readonly mails: readonly Mail[]
  /** The code of the newest mail to a user; throws if there is none. */
  mailedCodeFor(userId: string): string
  /** A TOTP code that will be accepted now, once. */
  codeFor(userId: string): string
  /** The same of a new app, in place of all that the user had: the old one's code counts once in 30 seconds. */
  newCodeFor(userId: string): string
  /** Replaces all rules. */
  setRules(rules: readonly Rule[]): void
  /** The outcome for which no rule has to match, and the methods that an action permits. */
  setAction(
    actionCode: string,
    outcome: Outcome,
    options?: Omit<ActionConfiguration, 'defaultUserActionResult'>,
  ): void
  /** The action's live record; without a key the user's latest. Throws if there is none. */
  action(userId: string, idempotencyKey?: string): Action
  setState(userId: string, actionCode: string, idempotencyKey: string, state: ActionState): void
  /** Makes the next `times` calls (default 1) fail; faults of one target queue up. */
  fault(target: FaultTarget, fault: Fault, times?: number): void
  /** Makes the next `times` validate calls (default 1) answer this JSON. */
  validateAs(body: unknown, times?: number): void
  clearFaults(): void
  /** Passes an action's challenge by a method, as if the user had; gives the address to return to. */
  complete(pass: { userId: string; idempotencyKey?: string; method?: VerificationMethod }): Promise<string>
}

/** The control of a running stand-in. */
export function createControl(standIn: StandIn): Control {
  const { faults, tenant, tracks, validations } = standIn
  const user = (userId: string): User => findOrCreateUser(tenant, userId)

  const action = (userId: string, idempotencyKey?: string): Action => {
    const found = [...tenant.actions.values()].findLast(
      (one) => one.userId === userId && one.idempotencyKey === (idempotencyKey ?? one.idempotencyKey),
    )
    if (found === undefined) throw new Error(`no action of user "${userId}" was tracked`)
    return found
  }

  const setState: Control['setState'] = (userId, actionCode, idempotencyKey, state) => {
    const found = tenant.actions.get(actionKey(userId, actionCode, idempotencyKey))
    if (found === undefined) throw new Error(`no such action of user "${userId}" was tracked`)
    changeState(tenant, found, state)
  }

  const enrol: Control['enrol'] = (userId, { secret = createSecret(), method, email } = {}) => {
    const app = createAuthenticatorApp(tenant, secret)
    const other = { userAuthenticatorId: randomUUID(), createdAt: tenant.now(), email }
    user(userId).authenticators.push(
      method === undefined || method === app.verificationMethod
        ? app
        : { ...other, verificationMethod: method },
    )
    return secret
  }

  const unenrol = (userId: string): void => {
    user(userId).authenticators = []
  }

  const codeFor = (userId: string): string => {
    const app = findAuthenticatorApp(user(userId))
    if (app === undefined) throw new Error(`user "${userId}" has no authenticator app`)
    return nextCode(tenant, app)
  }

  // One object with the settings, so that an assignment to it is what the rest reads.
  return Object.assign(tenant.settings, {
    tracks,
    validations,
    user,
    action,
    setState,
    enrol,
    unenrol,
    mails: standIn.mails,
    mailedCodeFor: (userId: string) => {
      const mail = standIn.mails.findLast((one) => one.userId === userId)
      if (mail === undefined) throw new Error(`no mail was sent to user "${userId}"`)
      return mail.code
    },
    passkeysOf: (userId: string) => passkeysOf(user(userId)),
    codeFor,
    newCodeFor: (userId: string) => {
      unenrol(userId)
      enrol(userId)
      return codeFor(userId)
    },
    setRules: (rules: readonly Rule[]) => {
      checkRules(rules)
      tenant.rules = rules
    },
    setAction: (
      actionCode: string,
      outcome: Outcome,
      options?: Omit<ActionConfiguration, 'defaultUserActionResult'>,
    ) => {
      tenant.configurations.set(actionCode, { ...options, defaultUserActionResult: outcome })
    },
    fault: (target: FaultTarget, fault: Fault, times = 1) => faults.plan(target, fault, times),
    validateAs: (body: unknown, times = 1) => faults.plan('validate', { body }, times),
    clearFaults: () => faults.clear(),
    complete: async (pass: { userId: string; idempotencyKey?: string; method?: VerificationMethod }) => {
      const found = action(pass.userId, pass.idempotencyKey)
      changeState(tenant, found, 'CHALLENGE_SUCCEEDED', pass.method ?? 'AUTHENTICATOR_APP')
      const url = await returnUrl(standIn, found)
      if (url === undefined) throw new Error('the action was tracked without a redirectUrl')
      return url
    },
  })
}
