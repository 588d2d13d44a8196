import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import { epochOf } from '../records/epochs.ts'
import type { Case, Proof, Proofs } from '../records/records.ts'
import type { Services } from '../services.ts'
import { ownedBy } from '../store/owners.ts'
import { epochNamesOf } from './case.ts'

type ProofServices = Pick<Services, 'config' | 'records' | 'epochs' | 'now'>

/** Every step-up of this browser in this OP session, while it lasts. */
export async function findProofs(
  services: ProofServices,
  it: Case,
  browserIds: readonly string[],
): Promise<Proofs['stepUps']> {
  if (it.user.session === undefined) return []
  return (await Promise.all(browserIds.map((browser) => readProofs(services, it, browser)))).flat()
}

/**
 * Of step-ups of one action and method the latest is kept; an OP that names no session has none.
 *
 * @param since the epoch of the user in which the step-up began: if the user was forgotten meanwhile, it counts nowhere.
 */
export async function addProof(
  { config, records, epochs, now }: ProofServices,
  it: Case,
  browser: string,
  proof: Proof,
  since: string,
): Promise<void> {
  if (it.user.session === undefined) return
  const owner = ownedBy(it.user.subject)
  const held = { name: epochOf.subject(it.user.subject), id: since }
  const key = proofKey(it, browser, await epochs.begin(epochNamesOf(it, browser), owner, held))
  if (await records.proofs.add(key, { stepUps: [proof] }, owner)) return
  const isSame = ({ action, method }: Proof): boolean => action === proof.action && method === proof.method
  // One from the future counts nowhere, and must not keep this one from counting.
  const isLater = ({ at }: Proof): boolean => at >= proof.at && isYounger(at, config.stepUp.session, now())
  await records.proofs.update(key, ({ stepUps }) =>
    stepUps.some((other) => isSame(other) && isLater(other))
      ? undefined
      : { stepUps: [...stepUps.filter((other) => !isSame(other)), proof] },
  )
}

/** What was shown in a session counts in the one by which the OP has renewed it. */
export async function carryProofs(
  services: ProofServices,
  from: Case,
  to: Case,
  browserIds: readonly string[],
): Promise<void> {
  const since = await services.epochs.idOf(epochOf.subject(to.user.subject))
  if (since === undefined) return
  for (const browser of browserIds) {
    for (const proof of await findProofs(services, from, [browser]))
      await addProof(services, to, browser, proof, since)
  }
}

async function readProofs(
  { config, records, epochs, now }: ProofServices,
  it: Case,
  browser: string,
): Promise<Proofs['stepUps']> {
  const epoch = await epochs.current(epochNamesOf(it, browser))
  if (epoch === undefined) return []
  const found = await records.proofs.get(proofKey(it, browser, epoch))
  const isFresh = ({ at }: Proof): boolean =>
    /* guard: proof-lifetime */ isYounger(at, config.stepUp.session, now())
  return found?.stepUps.filter(isFresh) ?? []
}

const proofKey = (it: Case, browser: string, epoch: string): string =>
  hashOf(
    browser,
    /* guard: proof-session */ it.user.session,
    it.user.subject,
    /* guard: proof-until-sign-out */ epoch,
  )
