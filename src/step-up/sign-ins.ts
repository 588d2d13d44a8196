import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import { epochOf } from '../records/epochs.ts'
import type { SignIn } from '../records/passkey-records.ts'
import type { Case } from '../records/records.ts'
import type { Services } from '../services.ts'
import { ownedBy } from '../store/owners.ts'
import { addProof } from './proofs.ts'

const signInLifetimeMs = 5 * 60_000

export type SignInServices = Pick<Services, 'config' | 'records' | 'epochs' | 'now'>

/** Remembers a sign-in by passkey until the OP's session that comes of it is seen. @param since as in `addProof`. */
export async function writeSignIn(
  { records, epochs, now }: Pick<Services, 'records' | 'epochs' | 'now'>,
  subject: string,
  browser: string,
  method: string,
  since: string,
): Promise<void> {
  const owner = ownedBy(subject)
  const held = { name: epochOf.subject(subject), id: since }
  const epoch = await epochs.begin(epochNamesOf(subject, browser), owner, held)
  await records.signIns.set(signInKey(subject, browser, epoch), { method, at: now() }, owner)
}

/** A sign-in by passkey is a step-up: in the session that it led to it becomes a proof of this action. */
export async function claimSignIn(
  services: SignInServices,
  it: Case,
  action: string,
  browserIds: readonly string[],
): Promise<void> {
  if (services.config.passkeys?.signIn === undefined) return
  const since = await services.epochs.idOf(epochOf.subject(it.user.subject))
  if (since === undefined) return
  for (const browser of browserIds) {
    const signIn = await stepSignIn(services, it, browser, (known) => known)
    if (signIn) await addProof(services, it, browser, { action, at: signIn.at, method: signIn.method }, since)
  }
}

/**
 * One step of a sign-in by passkey, which belongs to the first session of its user that is seen after it. Where
 * passkeys are no way to sign in nobody looks for one.
 */
export async function stepSignIn(
  { config, records, epochs, now }: SignInServices,
  it: Case,
  browser: string,
  next: (signIn: SignIn) => SignIn | undefined,
): Promise<SignIn | undefined> {
  if (config.passkeys?.signIn === undefined) return undefined
  const epoch = await epochs.current(epochNamesOf(it.user.subject, browser))
  if (epoch === undefined) return undefined
  return records.signIns.update(signInKey(it.user.subject, browser, epoch), (signIn) => {
    const { session = it.user.session } = signIn
    const isOwn = session === it.user.session && isYounger(signIn.at, signInLifetimeMs, now())
    return isOwn ? next({ ...signIn, session }) : undefined
  })
}

/** It ends with a sign-out in this browser, and when its user is forgotten. */
const epochNamesOf = (subject: string, browser: string): string[] => [
  epochOf.browser(browser),
  /* guard: forgotten-sign-in */ epochOf.subject(subject),
]

const signInKey = (subject: string, browser: string, epoch: string): string =>
  hashOf(browser, subject, /* guard: sign-in-until-sign-out */ epoch)
