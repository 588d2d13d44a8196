import { isYounger } from '../policy/age.ts'
import type { PasskeyEntry } from '../records/passkey-records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'

const entryMs = 60_000

/**
 * One step of a sign-in whose passkey was verified and which the OP does not know yet, in the browser that began it.
 *
 * @param step the next state; undefined for an entry that is not where this step begins.
 * @throws {Refusal} `expired`, `no_cookie`, `used`
 */
export async function stepEntry<Next extends PasskeyEntry>(
  { records, now }: Pick<Services, 'records' | 'now'>,
  id: string,
  browserIds: readonly string[],
  step: (entry: PasskeyEntry) => Next | undefined,
): Promise<Next> {
  const entry = await records.entries.get(id)
  if (!entry || /* guard: entry-for-a-minute */ !isYounger(entry.at, entryMs, now()))
    throw new Refusal('expired', 'no such sign-in by passkey')
  // guard: entry-browser
  if (!browserIds.includes(entry.browser)) {
    throw new Refusal('no_cookie', 'the sign-in by passkey is bound to another browser')
  }
  const mine = await records.entries.update(id, step)
  if (!mine) throw new Refusal('used', 'the sign-in by passkey was used')
  return mine as Next
}
