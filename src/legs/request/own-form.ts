import type { LooseParameters } from '../../oauth/parameters.ts'
import type { Services } from '../../services.ts'
import type { FormAsk } from '../learned.ts'
import { requireExact } from '../loose-request.ts'

/** What boxes say that are named after a scope, such as `scope.profile=true` (Spring Security OAuth). */
const answers: ReadonlySet<string> = new Set(['true', 'false', 'on', 'off', 'yes', 'no', '1', '0'])

/** Nothing of this stands in a scope (RFC 6749 3.3); some servers part them at it. */
const unlikeScope = /[^!-:<-~]+/

/**
 * A form of a page of the OP's own that goes on with an earlier request: a login, or a consent with a scope for each
 * box that was ticked; or a link that does. It is no authorization request, so that its scope may stand in it as often
 * as it likes; what it asks for in any reading counts with what the earlier one asked for.
 *
 * @throws {Refusal} for anything else that OPs could read differently, where a protected client may be concerned.
 */
export function readOwnForm(
  services: Pick<Services, 'policies'>,
  { parameters, faults, allAs }: LooseParameters,
): FormAsk {
  const clientId = parameters.get('client_id')
  const policy = services.policies.ofClient(clientId ?? '')
  const others = [...faults].flatMap(([key, fault]) => (key === 'scope' ? [] : [fault]))
  requireExact(services, policy, clientId === undefined ? [] : [clientId], others)
  const scope = allAs('scope')
    .flatMap((value) => value.split(unlikeScope))
    .filter((value) => value !== '' && !answers.has(value))
  return { clientId, scope: [...new Set(scope)] }
}
