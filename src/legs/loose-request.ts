import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * A request that OPs could read differently is refused, unless every reading is one of the same clients, and none of
 * these is protected: then it makes no difference, and the OP gets it as it came.
 *
 * @param policy the strictest of those clients.
 * @param clientIds that the request names.
 * @param faults what could be read differently; nothing by which the client, its redirect URI or the grant is known.
 * @throws {Refusal} the first of them.
 */
export function requireExact(
  { policies }: Pick<Services, 'policies'>,
  policy: Pick<ClientPolicy, 'mode'>,
  clientIds: readonly string[],
  faults: Iterable<Refusal>,
): void {
  const isNobodys = clientIds.length === 0 && policies.enforced.length > 0
  // guard: loose-requests
  if (policy.mode === 'enforce' || /* guard: loose-requests-of-nobody */ isNobodys) {
    for (const fault of faults) throw fault
  }
}
