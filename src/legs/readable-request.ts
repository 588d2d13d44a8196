import type { ClientPolicy } from '../config/schema.ts'
import { Refusal } from '../edge/refusal.ts'
import { isTypeAllowed, readableModes } from '../policy/responses.ts'
import type { ResolvedRequest } from './resolve-request.ts'

/** What a page of the OP may repeat of a request must stay far below what is read of a page. */
const maxLength = 48 * 1024

/**
 * What no leg could read or compare is refused before the OP is asked for it.
 *
 * @throws {Refusal} `unsupported_request`, `unsupported_response`, `ambiguous_parameters`, `body_too_large`.
 */
export function requireReadable(
  { parameters, source, isContradictory }: ResolvedRequest,
  policy: ClientPolicy,
): void {
  if (source === 'opaque') throw new Refusal('unsupported_request', 'a request object that cannot be read')
  if (isContradictory) throw new Refusal('ambiguous_parameters', 'the request object says something else')
  if (parameters.toQuery().length > maxLength) {
    throw new Refusal('body_too_large', `an authorization request of more than ${maxLength} characters`)
  }
  const responseType = parameters.get('response_type') ?? 'code'
  const responseMode = parameters.get('response_mode') ?? 'query'
  if (!isTypeAllowed(policy, responseType)) {
    throw new Refusal('unsupported_response', 'a response_type that is not on the list')
  }
  if (!readableModes.includes(responseMode)) {
    throw new Refusal('unsupported_response', 'a response_mode that cannot be read')
  }
  if (!parameters.get('scope')?.split(' ').includes('openid')) {
    throw new Refusal('unsupported_request', 'no openid in scope: there would be no ID token to compare')
  }
}
