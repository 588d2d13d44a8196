import { epochOf } from '../records/epochs.ts'
import type { StepUp } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { ownerOf } from './case.ts'

/**
 * A step-up that was opened before its user was forgotten counts no more, passed or not.
 *
 * @throws {Refusal} `expired`
 */
export async function refuseForgotten(
  { epochs }: Pick<Services, 'epochs'>,
  { case: it, since }: Pick<StepUp, 'case' | 'since'>,
): Promise<void> {
  // guard: forgotten-step-ups
  if ((await epochs.idOf(epochOf.subject(it.user.subject))) === since) return
  throw new Refusal('expired', 'its user was forgotten since it was opened', ownerOf(it))
}
