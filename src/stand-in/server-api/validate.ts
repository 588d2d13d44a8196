import { z } from 'zod'
import { actionKey } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import { parseInput } from './api-error.ts'

const validateBody = z.looseObject({
  token: z.string(),
  userId: z.string().optional(),
  action: z.string().optional(),
})

/**
 * `POST /validate`: what became of the action that a token names.
 *
 * A token that is garbage, expired or another's is answered with 200 and `isValid: false`, and a genuine one
 * works as often as it is asked: the caller has to bind and burn it by itself.
 */
export async function validate(standIn: StandIn, body: unknown): Promise<object> {
  const { token, userId, action: named } = parseInput(validateBody, body)
  const read = await standIn.tokens.read(token)
  if (read === undefined) return { isValid: false }
  const { subject } = read
  if (userId !== undefined && userId !== subject.userId) return { isValid: false, error: 'User is invalid.' }
  // A challenge that a page started without an action has none until now: the caller names it.
  const actionCode = subject.actionCode === '' ? (named ?? '') : subject.actionCode
  if (named !== undefined && named !== actionCode) return { isValid: false, error: 'Action is invalid.' }
  const action = standIn.tenant.actions.get(
    actionKey(subject.userId, subject.actionCode, subject.idempotencyKey),
  )
  if (action === undefined) return { isValid: false }
  const isValid = action.state === 'CHALLENGE_SUCCEEDED'
  return {
    isValid,
    state: action.state,
    // The live answers that are on record carry it only after a success.
    stateUpdatedAt: isValid ? new Date(action.stateUpdatedAt).toISOString() : undefined,
    userId: action.userId,
    actionCode,
    action: actionCode,
    idempotencyKey: action.idempotencyKey,
    verificationMethod: action.verificationMethod,
  }
}
