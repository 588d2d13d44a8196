import type { AuthorizationResponse } from '../../oauth/authorization-response.ts'
import type { AuthorizationError } from '../../policy/decide.ts'
import { isTypeAllowed } from '../../policy/responses.ts'
import { verifyFrontChannel } from '../../provider/front-channel.ts'
import type { Case, User } from '../../records/records.ts'
import type { Services } from '../../services.ts'
import type { Refused } from '../../telemetry/audit.ts'
import { isAskedFor, responseTypeOf } from '../asked-response.ts'
import type { Addressee } from './addressee.ts'
import type { ResponseLegServices } from './upstream-answer.ts'

/** Why a response may not reach its client, and what that gets in its place. */
export interface Objection extends Omit<Refused, 'error'> {
  readonly error: AuthorizationError | 'unsupported_response_type'
  readonly user?: User
}

/**
 * What stands against a response, no matter who the user is.
 *
 * @returns undefined where nothing does.
 */
export function objectToResponse(
  response: AuthorizationResponse,
  addressee: Addressee,
): Objection | undefined {
  if (!isReadable(response, addressee)) {
    const error = 'unsupported_response_type'
    return { error, reason: error, value: responseTypeOf(response), key: 'responseTypes' }
  }
  if (!isAskedFor(response, addressee.request))
    return { error: 'interaction_required', reason: 'unasked_response' }
  return undefined
}

/** What stands against tokens in the front channel: that they are not the user's. */
export async function objectToTokens(
  services: ResponseLegServices,
  response: AuthorizationResponse,
  { clientId, user }: Case,
): Promise<Objection | undefined> {
  const { subject } = user
  const owner = { clientId, subject, subjectClaim: services.config.provider.subject }
  // guard: front-channel-tokens
  if (!(await verifyFrontChannel(services, response, owner)))
    return { error: 'server_error', reason: 'front_channel_of_another', user }
  return undefined
}

/** The line that says why: no decision has one. By the mode of the policy it was refused, or would be. */
export function reportObjection(
  { audit }: Pick<Services, 'audit'>,
  { policy, request }: Addressee,
  { user, ...refused }: Objection,
): void {
  const { clientId } = request ?? policy
  audit.refused({ clientId, user }, { policy, leg: 'response' }, refused)
}

/** Only what was asked for as the policy allows, in one reading, can be held to anything. */
function isReadable(response: AuthorizationResponse, { policy }: Addressee): boolean {
  if (/* guard: responses-of-two-readings */ response.isAmbiguous || response.isError || response.code === '')
    return false
  // guard: what-was-not-asked-for
  return isTypeAllowed(policy, responseTypeOf(response))
}
