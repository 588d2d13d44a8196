import { epochOf } from '../../src/records/epochs.ts'
import type { Case } from '../../src/records/records.ts'
import type { Services } from '../../src/services.ts'
import { writePass } from '../../src/step-up/passes.ts'
import { addProof } from '../../src/step-up/proofs.ts'
import { ownedBy } from '../../src/store/owners.ts'
import { makeServices, withPasskeySignIn } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'

export const minute = 60_000

export const user = { subject: 'alice', session: 'one', epochs: ['sid', 'sub'], amr: [], compare: {} }

export const passed: Case = {
  clientId: 'web',
  policyIds: ['web'],
  scope: ['openid', 'profile'],
  user,
  inFlight: 'request',
}

/** The epoch of a user in which these tests show something. */
export const since = 'since'

/** Begins it, or another. */
export const beginEpoch = (
  { records }: Pick<Services, 'records'>,
  subject = 'alice',
  id = since,
): Promise<void> => records.epochs.set(epochOf.subject(subject), { id, subject }, ownedBy(subject))

/** Services that hold a pass and a proof of one step-up, and a clock to move on. A session lasts an hour. */
export async function open(hasSignIns = true) {
  let at = 1_000_000
  const whole = makeConfig({})
  const config = { ...whole, stepUp: { ...whole.stepUp, session: 60 * minute } }
  const services = makeServices({ config: hasSignIns ? withPasskeySignIn(config) : config, now: () => at })
  await beginEpoch(services)
  await writePass(services, passed, 'sign-in', 'browser', { method: 'PASSKEY', since })
  await addProof(services, passed, 'browser', { action: 'sign-in', at, method: 'PASSKEY' }, since)
  return {
    ...services,
    advance: (ms: number) => {
      at += ms
    },
  }
}
