import { AuthsignalError } from '../authsignal/authsignal.ts'
import { epochOf } from '../records/epochs.ts'
import type { Services } from '../services.ts'
import { ownedBy } from '../store/owners.ts'

/** What became of a user's memory. */
export interface Forgotten {
  /** Whether the gateway remembered anything of the user. */
  readonly remembered: boolean
  /** How many devices Authsignal has forgotten, or why it has not. */
  readonly devices: number | AuthsignalError
}

/**
 * Ends what a user has shown in any browser: remembered step-ups, passes, open step-ups and kept decisions, on all
 * gateways of one store, and all devices at Authsignal. Another epoch begins first, so that whatever is looked up from
 * then on is of no use any more, and a device that is remembered just now is among those that are asked for afterwards.
 *
 * What stays: `knownBrowsers` and `knownSessions`, by which a user has a count of challenges that strangers can't use up
 * (without them the owner would share the count of the thief), codes that were released, and every session at the OP
 * and at applications.
 *
 * @param subject as `provider.subject` names users.
 * @throws {Refusal} `store_unavailable`, and nothing has ended.
 */
export async function forgetUser(
  { epochs, authsignal, audit }: Pick<Services, 'epochs' | 'authsignal' | 'audit'>,
  subject: string,
): Promise<Forgotten> {
  const remembered = await epochs.renew(epochOf.subject(subject), ownedBy(subject))
  const devices = await authsignal.forgetDevices(subject).catch((error: unknown) => {
    if (error instanceof AuthsignalError) return error
    throw error
  })
  audit.forgotten(subject, remembered, devices)
  return { remembered, devices }
}
