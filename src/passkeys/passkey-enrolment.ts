import type { Authenticators } from '../authsignal/authsignal.ts'
import type { Ceremony, Credential } from '../authsignal/authsignal-client.ts'
import { createId } from '../hash.ts'
import type { Browser } from '../http/browser.ts'
import type { PasskeyCeremony } from '../records/passkey-records.ts'
import type { Case } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { findProofs } from '../step-up/proofs.ts'
import { describeTrackRequest } from '../step-up/track-request.ts'
import { ownedBy } from '../store/owners.ts'
import { takeCeremony } from './passkey-ceremony.ts'
import type { PasskeyServices } from './passkey-services.ts'

/*
 * What a user who was just stepped up may do about passkeys. The caller has seen the proof.
 */

export const listPasskeys = (
  { authsignal }: Pick<Services, 'authsignal'>,
  it: Case,
): Promise<Authenticators> => authsignal.listAuthenticators(it.user.subject)

/** Why a passkey was not removed, if so: the last authenticator stays, and other kinds are not touched. */
export type Removal = 'removed' | 'not_removed' | 'last_one'

export async function removePasskey(
  services: Pick<Services, 'authsignal' | 'records' | 'audit'>,
  it: Case,
  id: string,
): Promise<Removal> {
  const { removals } = services.records
  const { subject } = it.user
  const isMine =
    (await removals.add(subject, { isBusy: true }, ownedBy(subject))) || (await takeTurn(services, it))
  // guard: one-removal-at-a-time
  if (!isMine) return 'not_removed'
  try {
    return await removeOne(services, it, id)
  } finally {
    await removals.set(subject, { isBusy: false }, ownedBy(subject))
  }
}

type EnrolmentServices = Pick<
  PasskeyServices,
  'config' | 'passkeys' | 'authsignal' | 'client' | 'records' | 'epochs' | 'now'
>

/**
 * Begins to add a passkey: only now Authsignal gives a token for it, which stays here.
 *
 * @throws {Refusal} `not_allowed` where the rules say no.
 */
export async function beginPasskey(
  services: EnrolmentServices,
  it: Case,
  browser: Browser & { readonly id: string },
): Promise<Ceremony> {
  const { client, records, now } = services
  const token = await askForToken(services, it, browser)
  const { subject, username = subject, displayName } = it.user
  const ceremony = await client.addOptions(token, { username, displayName })
  const begun: PasskeyCeremony = {
    browser: browser.id,
    state: 'open',
    startedAt: now(),
    purpose: { kind: 'add', subject, token },
  }
  await records.ceremonies.set(ceremony.challengeId, begun, ownedBy(subject))
  return ceremony
}

/** @throws {Refusal} `passkey_refused` */
export async function addPasskey(
  { client, records, audit }: Pick<PasskeyServices, 'client' | 'records' | 'audit'>,
  it: Case,
  browser: string,
  answer: { readonly challengeId: string; readonly credential: Credential },
): Promise<void> {
  const { purpose } = await takeCeremony(records, answer.challengeId, browser, 'add')
  // guard: enrolment-of-this-user
  if (purpose.subject !== it.user.subject) {
    throw new Refusal('passkey_refused', 'the passkey was begun by another user')
  }
  const { isVerified } = await client.add(purpose.token, answer)
  if (!isVerified) throw new Refusal('passkey_refused', 'not verified')
  audit.passkey(it, 'added')
}

async function askForToken(services: EnrolmentServices, it: Case, browser: Browser): Promise<string> {
  const { config, passkeys, authsignal, now } = services
  const { policy } = passkeys
  const proofs = await findProofs(services, it, browser.ids)
  const { state, token } = await authsignal.trackForEnrolment({
    ...describeTrackRequest(it, { policy, browser }, proofs, now()),
    idempotencyKey: createId(),
    redirectUrl: `${config.publicUrl}${config.pathPrefix}/passkeys`,
  })
  switch (state) {
    case 'ALLOW':
    case 'CHALLENGE_REQUIRED':
      // The challenge that the rules ask for is the one that was just passed.
      return token
    case 'BLOCK':
    case 'REVIEW_REQUIRED':
    case 'unknown':
      // guard: rules-forbid-a-passkey
      throw new Refusal('not_allowed', `adding a passkey: ${state}`)
  }
}

/** Two removals at once could each leave the other's for the last one. */
async function takeTurn({ records }: Pick<Services, 'records'>, { user }: Case): Promise<boolean> {
  const mine = await records.removals.update(user.subject, ({ isBusy }) =>
    isBusy ? undefined : { isBusy: true },
  )
  return mine !== undefined
}

async function removeOne(
  { authsignal, audit }: Pick<Services, 'authsignal' | 'audit'>,
  it: Case,
  id: string,
): Promise<Removal> {
  const userId = it.user.subject
  const { passkeys, count } = await authsignal.listAuthenticators(userId)
  // guard: passkeys-of-this-user
  if (!passkeys.some((passkey) => passkey.id === id)) return 'not_removed'
  // Without any the next one who knows the password could enrol.
  // guard: last-authenticator-stays
  if (count === 1) return 'last_one'
  await authsignal.removeAuthenticator({ userId, id })
  audit.passkey(it, 'removed')
  return 'removed'
}
