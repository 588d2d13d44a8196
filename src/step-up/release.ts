import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Decision } from '../policy/decide.ts'
import type { Case } from '../records/records.ts'
import type { Services } from '../services.ts'
import { ownedBy } from '../store/owners.ts'

/**
 * Writes down that a code may be redeemed: by this client, for this user. To be awaited before the response leaves.
 * A response without a code leaves nothing to redeem.
 *
 * @param basis why it is released: where that rests on the OP's amr, the ID token must show it too.
 * @param issuedAt when the OP gave the code, if it was kept.
 */
export async function recordRelease(
  { records, now }: Pick<Services, 'records' | 'now'>,
  it: Case,
  code: string | undefined,
  basis: { readonly policy: ClientPolicy; readonly decision: Decision } | undefined,
  issuedAt: number = now(),
): Promise<void> {
  if (code === undefined) return
  const release = {
    clientId: it.clientId,
    policyIds: it.policyIds,
    subject: it.user.subject,
    compare: it.user.compare,
    inFlight: it.inFlight,
    issuedAt,
    renews: it.user.renews?.compare,
    releasedAt: now(),
    amr: basis?.decision.reason === 'satisfied_by_amr' ? basis.policy.satisfiedByAmr : undefined,
  }
  await records.codes.set(code, release, ownedBy(it.user.subject))
}
