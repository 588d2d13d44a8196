import type { Authsignal, Validated } from '../authsignal/authsignal.ts'
import type { AuthsignalClient, Ceremony, Credential } from '../authsignal/authsignal-client.ts'
import { createId } from '../hash.ts'
import type { Records } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import { isTimely } from '../step-up/verify.ts'
import { ownedBy } from '../store/owners.ts'
import { stepEntry } from './entry-step.ts'
import { takeCeremony } from './passkey-ceremony.ts'

/** A sign-in by passkey, from the login page to the moment at which the OP is told who it is. */
export interface PasskeySignInSteps {
  /** Begins one for a browser; Authsignal's id of the challenge. */
  begin(browser: string): Promise<string>
  /** What the browser asks its authenticator. */
  options(browser: string, challengeId: string): Promise<Ceremony>
  /**
   * Takes the authenticator's answer to Authsignal and has the token validated that comes of it.
   *
   * @returns the id, good once and for a minute, with which the browser goes on, and who it is.
   * @throws {Refusal} `passkey_refused`
   */
  verify(
    browser: string,
    answer: { readonly challengeId: string; readonly credential: Credential; readonly deviceId?: string },
  ): Promise<{ readonly entryId: string; readonly subject: string }>
  /**
   * Who goes on with that id.
   *
   * @param loginPage the page that the sign-in began on, as an origin-form target.
   * @throws {Refusal} `expired`, `used`, `no_cookie`
   */
  enter(id: string, browserIds: readonly string[], loginPage: string): Promise<string>
}

export interface PasskeySignInPorts {
  readonly authsignal: Authsignal
  readonly client: AuthsignalClient
  readonly records: Records
  /** The action that only this sign-in uses (`passkeys.signIn.action`). */
  readonly action: string
  readonly now: () => number
}

export function createPasskeySignIn(ports: PasskeySignInPorts): PasskeySignInSteps {
  const { authsignal, client, records, action, now } = ports

  /**
   * Before this nobody was known, so that the token tells who it is. All else is ours: the action that nothing else
   * uses, the idempotency key of this very ceremony, the browser that began it.
   */
  function findObjection(
    answer: Validated,
    { startedAt, idempotencyKey }: { startedAt: number; idempotencyKey: string },
  ): string | undefined {
    if (!answer.isValid || answer.state !== 'CHALLENGE_SUCCEEDED') return 'it did not succeed'
    if (answer.action !== action) return 'another action'
    if (answer.idempotencyKey !== idempotencyKey) return 'another sign-in'
    if (answer.verificationMethod !== 'PASSKEY') return 'another method'
    return isTimely(startedAt, answer.stateUpdatedAt, now()) ? undefined : 'another time'
  }

  return {
    async begin(browser) {
      const idempotencyKey = createId()
      const challengeId = await client.challenge({ action, idempotencyKey })
      await records.ceremonies.set(challengeId, {
        browser,
        state: 'open',
        startedAt: now(),
        purpose: { kind: 'sign_in', idempotencyKey },
      })
      return challengeId
    },

    async options(browser, challengeId) {
      const begun = await takeCeremony(records, challengeId, browser, 'sign_in')
      const ceremony = await client.signInOptions(challengeId)
      await records.ceremonies.set(ceremony.challengeId, { ...begun, state: 'open' })
      return ceremony
    },

    async verify(browser, { challengeId, credential, deviceId }) {
      const { startedAt, purpose } = await takeCeremony(records, challengeId, browser, 'sign_in')
      const { isVerified, token } = await client.signIn({
        challengeId,
        credential,
        ...(deviceId !== undefined && { deviceId }),
      })
      if (!isVerified || token === undefined) throw new Refusal('passkey_refused', 'not verified')
      const validated = await authsignal.validate({ token, action })
      const objection = findObjection(validated, { startedAt, idempotencyKey: purpose.idempotencyKey })
      const { userId: subject } = validated
      if (objection !== undefined || !subject) {
        throw new Refusal('passkey_refused', `the token does not count: ${objection ?? 'it names nobody'}`)
      }
      const entryId = createId()
      const entry = { browser, state: 'open', subject, at: now() } as const
      await records.entries.set(entryId, entry, ownedBy(subject))
      return { entryId, subject }
    },

    async enter(id, browserIds, loginPage) {
      const { subject } = await stepEntry(ports, id, browserIds, (entry) =>
        entry.state === 'open' ? { ...entry, state: 'entered', loginPage } : undefined,
      )
      return subject
    },
  }
}
