import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { actionKey, enrolledIn, findOrCreateUser, type Tenant } from '../model/model.ts'
import { configurationOf, matchRules } from '../model/rule-engine.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { Action, ActionState, Outcome, User } from '../model/types.ts'
import { ApiError, parseInput } from './api-error.ts'

export const customData = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
)

const trackPath = z.object({
  userId: z.string().min(1),
  action: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
})

const trackAttributes = z.looseObject({
  idempotencyKey: z.string().min(1).optional(),
  redirectUrl: z.url().optional(),
  redirectToSettings: z.boolean().optional(),
  ipAddress: z.string().optional(),
  userAgent: z.string().optional(),
  deviceId: z.string().min(1).optional(),
  scope: z.string().optional(),
  email: z.string().optional(),
  phoneNumber: z.string().optional(),
  username: z.string().optional(),
  custom: customData.optional(),
  challengeId: z.string().optional(),
  locale: z.string().optional(),
  customDomain: z.string().optional(),
})

type Attributes = z.infer<typeof trackAttributes>

/** `POST /users/{userId}/actions/{action}`: evaluates the rules and opens, or finds again, an action. */
export async function track(standIn: StandIn, params: unknown, body: unknown): Promise<object> {
  const { tenant, tokens } = standIn
  const { userId, action: actionCode } = parseInput(trackPath, params)
  const attributes = parseInput(trackAttributes, body ?? {})
  if (tenant.settings.verificationMethods.length === 0)
    throw new ApiError(400, 'AUTHENTICATOR_NOT_FOUND', 'No authenticator is configured.')
  refreshRules(standIn)
  const user = findOrCreateUser(tenant, userId)
  rememberAttributes(tenant, user, attributes)
  const action = openAction(tenant, user, actionCode, attributes)
  const token = await tokens.issue(action)
  const enrolled = [...new Set(enrolledIn(user).map(({ verificationMethod }) => verificationMethod))]
  return {
    idempotencyKey: action.idempotencyKey,
    state: action.state,
    url: `${standIn.hostedUrl}/challenge?t=${token}`,
    token: await tokens.issue(action, attributes.scope),
    isEnrolled: enrolledIn(user, action.methods).length > 0,
    enrolledVerificationMethods: enrolled,
    allowedVerificationMethods: action.methods ?? tenant.settings.verificationMethods,
    defaultVerificationMethod: action.defaultMethod ?? enrolled[0],
    ruleIds: action.rules.map(({ ruleId }) => ruleId),
  }
}

function refreshRules({ tenant, rulesFile }: StandIn): void {
  if (rulesFile === undefined) return
  rulesFile.refresh()
  tenant.rules = rulesFile.rules
}

function rememberAttributes(tenant: Tenant, user: User, attributes: Attributes): void {
  for (const name of ['email', 'phoneNumber', 'username'] as const)
    if (attributes[name] !== undefined) user.attributes[name] = attributes[name]
  const { deviceId } = attributes
  if (deviceId !== undefined && !user.devices.has(deviceId))
    user.devices.set(deviceId, { deviceId, createdAt: tenant.now() })
}

function openAction(tenant: Tenant, user: User, actionCode: string, attributes: Attributes): Action {
  const idempotencyKey = attributes.idempotencyKey ?? randomUUID()
  const key = actionKey(user.userId, actionCode, idempotencyKey)
  const known = tenant.actions.get(key)
  if (known !== undefined && tenant.settings.repeatedTrack === 'conflict')
    throw new ApiError(409, 'invalid_request', 'The idempotency key was used before.')
  if (known !== undefined && tenant.settings.repeatedTrack === 'keep') {
    known.redirectUrl = attributes.redirectUrl ?? known.redirectUrl
    return known
  }
  const action = evaluate(tenant, user, actionCode, idempotencyKey, attributes)
  tenant.actions.set(key, action)
  return action
}

function evaluate(
  tenant: Tenant,
  user: User,
  actionCode: string,
  idempotencyKey: string,
  attributes: Attributes,
): Action {
  const configuration = configurationOf(tenant, actionCode)
  const rules = matchRules(tenant, { user, actionCode, ...attributes })
  const [deciding] = rules
  const methods = deciding?.verificationMethods ?? configuration.verificationMethods
  const isEnrolled = enrolledIn(user, methods).length > 0
  return {
    userId: user.userId,
    actionCode,
    idempotencyKey,
    createdAt: tenant.now(),
    state: initialState(deciding?.type ?? configuration.defaultUserActionResult, isEnrolled),
    stateUpdatedAt: tenant.now(),
    isEnrolled,
    rules,
    methods,
    defaultMethod: deciding?.defaultVerificationMethod ?? configuration.defaultVerificationMethod,
    custom: attributes.custom,
    redirectUrl: attributes.redirectUrl,
    deviceId: attributes.deviceId,
    wrongCodes: 0,
  }
}

function initialState(outcome: Outcome, isEnrolled: boolean): ActionState {
  switch (outcome) {
    case 'ALLOW':
      return 'ALLOW'
    case 'CHALLENGE':
      // Who is not enrolled is never challenged: only isEnrolled tells this ALLOW from a real one.
      return isEnrolled ? 'CHALLENGE_REQUIRED' : 'ALLOW'
    case 'REVIEW':
      return 'REVIEW_REQUIRED'
    case 'BLOCK':
      return 'BLOCK'
  }
}
