import type { Challenge } from '../model/challenges.ts'
import { actionKey, changeState } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { Action, User } from '../model/types.ts'
import { ApiError } from '../server-api/api-error.ts'

/**
 * Makes the challenge's action a success by passkey, or opens one that is; gives a token that names it.
 *
 * Throws 400 `invalid_request` where the action is over or permits other methods only.
 */
export async function succeedByPasskey(
  standIn: StandIn,
  user: User,
  challenge: Challenge,
  deviceId?: string,
): Promise<string> {
  const { tenant, tokens } = standIn
  const { actionCode, idempotencyKey } = challenge
  const key = actionKey(user.userId, actionCode, idempotencyKey)
  const action = tenant.actions.get(key) ?? openAction(standIn, user, challenge)
  if (!canSucceed(action))
    throw new ApiError(400, 'invalid_request', 'The action can not be completed with a passkey.')
  tenant.actions.set(key, action)
  action.deviceId ??= deviceId
  changeState(tenant, action, 'CHALLENGE_SUCCEEDED', 'PASSKEY')
  standIn.challenges.closeFamily(challenge)
  return tokens.issue(action)
}

/** Whether a passkey may complete the action as it is now. */
export function canSucceed({ state, methods }: Action): boolean {
  const isOpen = ['ALLOW', 'CHALLENGE_REQUIRED', 'CHALLENGE_SUCCEEDED'].includes(state)
  return isOpen && (methods?.includes('PASSKEY') ?? true)
}

/** No rules: they are evaluated by track alone. */
function openAction({ tenant }: StandIn, { userId }: User, challenge: Challenge): Action {
  const { actionCode, idempotencyKey } = challenge
  return {
    userId,
    actionCode,
    idempotencyKey,
    createdAt: tenant.now(),
    state: 'CHALLENGE_REQUIRED',
    stateUpdatedAt: tenant.now(),
    isEnrolled: true,
    rules: [],
    wrongCodes: 0,
  }
}
