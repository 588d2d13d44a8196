import type { Authenticators, Authsignal } from '../authsignal/authsignal.ts'
import type { AuthsignalClient, Ceremony, Credential } from '../authsignal/authsignal-client.ts'
import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { createId } from '../hash.ts'
import type { Browser } from '../http/browser.ts'
import type { PasskeyCeremony } from '../records/passkey-records.ts'
import type { Case, Records } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Recall } from '../step-up/recall.ts'
import { describeTrackRequest } from '../step-up/track-request.ts'
import { ownedBy } from '../store/owners.ts'
import type { Audit } from '../telemetry/audit.ts'
import { takeCeremony } from './passkey-ceremony.ts'

/** What a user who was just stepped up may do about passkeys. The caller has seen the proof. */
export interface PasskeyEnrolment {
  list(it: Case): Promise<Authenticators>
  /** Why it was not removed, if so: the last authenticator stays, and other kinds are not touched. */
  remove(it: Case, id: string): Promise<'removed' | 'not_removed' | 'last_one'>
  /** Begins to add a passkey: only now Authsignal gives a token for it, which stays here. @throws {Refusal} */
  begin(it: Case, browser: Browser & { readonly id: string }): Promise<Ceremony>
  /** @throws {Refusal} `passkey_refused` */
  add(
    it: Case,
    browser: string,
    answer: { readonly challengeId: string; readonly credential: Credential },
  ): Promise<void>
}

export interface PasskeyEnrolmentPorts {
  readonly config: Config
  readonly policy: ClientPolicy
  readonly authsignal: Authsignal
  readonly client: AuthsignalClient
  readonly records: Records
  readonly recall: Recall
  readonly audit: Audit
  readonly now: () => number
}

export function createPasskeyEnrolment(ports: PasskeyEnrolmentPorts): PasskeyEnrolment {
  const { config, policy, authsignal, client, records, recall, audit, now } = ports

  /** @throws {Refusal} `not_allowed` where the rules say no. */
  async function askForToken(it: Case, browser: Browser): Promise<string> {
    const proofs = await recall.findProofs(it, browser.ids)
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
        throw new Refusal('not_allowed', `adding a passkey: ${state}`)
    }
  }

  /** Two removals at once could each leave the other's for the last one. */
  const takeTurn = async ({ user }: Case): Promise<boolean> =>
    (await records.removals.update(user.subject, ({ isBusy }) => (isBusy ? undefined : { isBusy: true }))) !==
    undefined

  async function removeOne(it: Case, id: string): Promise<'removed' | 'not_removed' | 'last_one'> {
    const userId = it.user.subject
    const { passkeys, count } = await authsignal.listAuthenticators(userId)
    if (!passkeys.some((passkey) => passkey.id === id)) return 'not_removed'
    // Without any the next one who knows the password could enrol.
    if (count === 1) return 'last_one'
    await authsignal.removeAuthenticator({ userId, id })
    audit.passkey(it, 'removed')
    return 'removed'
  }

  return {
    list: (it) => authsignal.listAuthenticators(it.user.subject),

    async remove(it, id) {
      const { removals } = records
      const isMine =
        (await removals.add(it.user.subject, { isBusy: true }, ownedBy(it.user.subject))) ||
        (await takeTurn(it))
      if (!isMine) return 'not_removed'
      try {
        return await removeOne(it, id)
      } finally {
        await removals.set(it.user.subject, { isBusy: false }, ownedBy(it.user.subject))
      }
    },

    async begin(it, browser) {
      const token = await askForToken(it, browser)
      const { subject, username = subject, displayName } = it.user
      const ceremony = await client.addOptions(token, {
        username,
        ...(displayName !== undefined && { displayName }),
      })
      const begun: PasskeyCeremony = {
        browser: browser.id,
        state: 'open',
        startedAt: now(),
        purpose: { kind: 'add', subject, token },
      }
      await records.ceremonies.set(ceremony.challengeId, begun, ownedBy(subject))
      return ceremony
    },

    async add(it, browser, answer) {
      const { purpose } = await takeCeremony(records, answer.challengeId, browser, 'add')
      if (purpose.subject !== it.user.subject) {
        throw new Refusal('passkey_refused', 'the passkey was begun by another user')
      }
      const { isVerified } = await client.add(purpose.token, answer)
      if (!isVerified) throw new Refusal('passkey_refused', 'not verified')
      audit.passkey(it, 'added')
    },
  }
}
