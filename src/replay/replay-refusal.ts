import type { RecordedLine } from '../audit-reading/recorded-line.ts'
import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Policies } from '../policy/policies.ts'
import { isTypeAllowed } from '../policy/responses.ts'
import type { Replayed } from './replay-decision.ts'

/**
 * Whether a request that was refused, or would have been, is so by another configuration too: where a list of the YAML
 * decided and the line says what was not on it.
 */
export function replayRefusal(
  line: RecordedLine,
  policy: ClientPolicy | undefined,
  policies: Pick<Policies, 'isListed'>,
): Replayed {
  if (policy === undefined || policy.mode === 'off') return { kind: 'off' }
  return isListed(line, policy, policies)
    ? { kind: 'decided', verdict: 'go on', reason: 'it is listed now' }
    : { kind: 'same' }
}

function isListed(
  { key, value }: RecordedLine,
  policy: ClientPolicy,
  policies: Pick<Policies, 'isListed'>,
): boolean {
  if (value === undefined) return false
  switch (key?.split('.').at(-1)) {
    case 'responseTypes':
      return isTypeAllowed(policy, value)
    case 'grants':
      return policy.grants.includes(value)
    case 'redirectUris':
      return policies.isListed({ ...policy, policyIds: [policy.clientId] }, value)
    default:
      return false
  }
}
