import type { Validated } from '../authsignal/authsignal.ts'
import type { Ceremony, Credential } from '../authsignal/authsignal-client.ts'
import { createId } from '../hash.ts'
import { epochOf } from '../records/epochs.ts'
import type { PasskeyEntry } from '../records/passkey-records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { objectToTime } from '../step-up/verify.ts'
import { ownedBy } from '../store/owners.ts'
import { stepEntry } from './entry-step.ts'
import { takeCeremony } from './passkey-ceremony.ts'
import type { PasskeySignInServices } from './passkey-services.ts'

/*
 * A sign-in by passkey, from the login page to the moment at which the OP learns who it is.
 */

/** Begins one for a browser; Authsignal's id of the challenge. */
export async function beginSignIn(
  { client, records, signIn, now }: Pick<PasskeySignInServices, 'client' | 'records' | 'signIn' | 'now'>,
  browser: string,
): Promise<string> {
  const idempotencyKey = createId()
  const challengeId = await client.challenge({ action: signIn.action, idempotencyKey })
  await records.ceremonies.set(challengeId, {
    browser,
    state: 'open',
    startedAt: now(),
    purpose: { kind: 'sign_in', idempotencyKey },
  })
  return challengeId
}

/** What the browser asks its authenticator. */
export async function describeSignIn(
  { client, records }: Pick<PasskeySignInServices, 'client' | 'records'>,
  browser: string,
  challengeId: string,
): Promise<Ceremony> {
  const begun = await takeCeremony(records, challengeId, browser, 'sign_in')
  const ceremony = await client.signInOptions(challengeId)
  await records.ceremonies.set(ceremony.challengeId, { ...begun, state: 'open' })
  return ceremony
}

/** An authenticator's answer, and in which browser it was given. */
export interface SignInAnswer {
  readonly challengeId: string
  readonly credential: Credential
  readonly deviceId?: string | undefined
}

/**
 * Takes the authenticator's answer to Authsignal and has the token validated that comes of it.
 *
 * @returns the id, good once and for a minute, with which the browser goes on, and who it is.
 * @throws {Refusal} `passkey_refused`
 */
export async function verifySignIn(
  services: Pick<PasskeySignInServices, 'authsignal' | 'client' | 'records' | 'epochs' | 'signIn' | 'now'>,
  browser: string,
  answer: SignInAnswer,
): Promise<{ readonly entryId: string; readonly subject: string }> {
  const { authsignal, client, records, epochs, signIn, now } = services
  const { action } = signIn
  const { startedAt, purpose } = await takeCeremony(records, answer.challengeId, browser, 'sign_in')
  const { isVerified, token } = await client.signIn(answer)
  if (!isVerified || token === undefined) throw new Refusal('passkey_refused', 'not verified')
  const validated = await authsignal.validate({ token, action })
  const { idempotencyKey } = purpose
  const objection = findObjection(validated, { action, idempotencyKey, startedAt, now: now() })
  const { userId: subject } = validated
  if (objection !== undefined || /* guard: passkey-names-somebody */ !subject) {
    throw new Refusal('passkey_refused', `the token does not count: ${objection ?? 'it names nobody'}`)
  }
  const entryId = createId()
  const owner = ownedBy(subject)
  const since = await epochs.enter(epochOf.subject(subject), owner)
  const entry = { browser, state: 'open', subject, since, at: now() } as const
  await records.entries.set(entryId, entry, owner)
  return { entryId, subject }
}

/**
 * Who goes on with that id.
 *
 * @param loginPage the page that the sign-in began on, as an origin-form target.
 * @throws {Refusal} `expired`, `used`, `no_cookie`
 */
export async function enterSignIn(
  services: Pick<Services, 'records' | 'now'>,
  id: string,
  browserIds: readonly string[],
  loginPage: string,
): Promise<Pick<PasskeyEntry, 'subject' | 'since'>> {
  return stepEntry(services, id, browserIds, (entry) =>
    /* guard: entry-once */ entry.state === 'open' ? { ...entry, state: 'entered', loginPage } : undefined,
  )
}

/**
 * Before this nobody was known, so that the token tells who it is. All else is ours: the action that nothing else
 * uses, the idempotency key of this very ceremony, the browser that began it.
 */
function findObjection(
  answer: Validated,
  expected: {
    readonly action: string
    readonly idempotencyKey: string
    readonly startedAt: number
    readonly now: number
  },
): string | undefined {
  // guard: passkey-verified
  if (!answer.isValid || answer.state !== 'CHALLENGE_SUCCEEDED') return 'it did not succeed'
  // guard: passkey-action
  if (answer.action !== expected.action) return 'another action'
  // guard: passkey-same-sign-in
  if (answer.idempotencyKey !== expected.idempotencyKey) return 'another sign-in'
  // guard: passkey-method
  if (answer.verificationMethod !== 'PASSKEY') return 'another method'
  // guard: passkey-time
  return objectToTime(expected.startedAt, answer.stateUpdatedAt, expected.now)
}
