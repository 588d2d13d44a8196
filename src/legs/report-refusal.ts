import type { ClientPolicy } from '../config/schema/schema.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'

/** In `monitor` what a leg would refuse is only written down. Any other error goes on. */
export function reportRefusal(
  { audit }: Pick<Services, 'audit'>,
  policy: ClientPolicy,
  require: () => void,
): void {
  try {
    require()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    audit.wouldRefuse(policy, error)
  }
}
