import { defaultSettings, type Settings } from './settings.ts'
import type {
  Action,
  ActionConfiguration,
  ActionState,
  Authenticator,
  Rule,
  User,
  VerificationMethod,
} from './types.ts'

/** Everything that the stand-in remembers. */
export type Tenant = {
  readonly tenantId: string
  readonly now: () => number
  readonly settings: Settings
  readonly users: Map<string, User>
  readonly actions: Map<string, Action>
  readonly configurations: Map<string, ActionConfiguration>
  rules: readonly Rule[]
}

/** An empty tenant; `now` gives epoch milliseconds. */
export function createTenant(now: () => number, tenantId = 'rehearsal'): Tenant {
  return {
    tenantId,
    now,
    settings: defaultSettings(),
    users: new Map(),
    actions: new Map(),
    configurations: new Map(),
    rules: [],
  }
}

/** The user's record, created by the first mention. */
export function findOrCreateUser(tenant: Tenant, userId: string): User {
  const known = tenant.users.get(userId)
  if (known !== undefined) return known
  const user: User = {
    userId,
    attributes: {},
    authenticators: [],
    devices: new Map(),
    hasPreviouslyVerified: false,
  }
  tenant.users.set(userId, user)
  return user
}

/** Removes the user with all actions. */
export function deleteUser(tenant: Tenant, userId: string): void {
  tenant.users.delete(userId)
  for (const [key, action] of tenant.actions) if (action.userId === userId) tenant.actions.delete(key)
}

/** What people call the user. */
export function nameUser({ attributes: { username, email }, userId }: User): string {
  return username ?? email ?? userId
}

/** An action is identified by user, action code and idempotency key. */
export function actionKey(userId: string, actionCode: string, idempotencyKey: string): string {
  return JSON.stringify([userId, actionCode, idempotencyKey])
}

/** The user's authenticators that count where the choice is narrowed to `methods`. */
export function enrolledIn(user: User, methods?: readonly VerificationMethod[]): Authenticator[] {
  return user.authenticators.filter(({ verificationMethod }) => methods?.includes(verificationMethod) ?? true)
}

/** Moves an action to a state; a success by a method also marks the user and the device as verified. */
export function changeState(
  tenant: Tenant,
  action: Action,
  state: ActionState,
  method?: VerificationMethod,
): void {
  action.state = state
  action.stateUpdatedAt = tenant.now()
  if (method === undefined) return
  action.verificationMethod = method
  const user = findOrCreateUser(tenant, action.userId)
  user.hasPreviouslyVerified = true
  const device = user.devices.get(action.deviceId ?? '')
  if (device === undefined) return
  device.authenticatedAt = tenant.now()
  device.invalidatedAt = undefined
  device.lastVerificationMethod = method
}
