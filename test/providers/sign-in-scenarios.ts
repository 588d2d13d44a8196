import type { Test } from 'tap'
import type { Page } from '../lab/browser.ts'
import { expectChallenge, expectSignedIn } from './expect.ts'
import type { Stage } from './journey.ts'
import { openJourney, placeOfDecision, type Scenario, signInWithStepUp } from './scenario.ts'

/** With a session at the OP, the gateway decides before there is a code. */
async function playFirstStepUp(t: Test, stage: Stage): Promise<void> {
  const { open, plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await expectSignedIn(t, journey, await journey.signIn(open, alice), open, alice)
  t.same([seen.tracks(open), seen.audit('decision', open)], [[], []], 'the open application asks nobody')

  const challenge = await journey.start(plain)
  await expectChallenge(t, journey, challenge, plain, alice)
  t.match(seen.audit('decision', plain), [{ leg: 'request', verdict: 'challenge', subject: alice.subject }])
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
  t.match(seen.tracks(plain), [{ userId: alice.subject, mode: 'enforce' }], 'Authsignal was asked once')
  t.match(seen.audit('step_up', plain), [{ reason: 'passed', method: 'AUTHENTICATOR_APP' }])
  t.match(seen.audit('released', plain), [{ subject: alice.subject }])
}

/** The OP's own second factor satisfies one policy without a question, and Authsignal's rule at another. */
async function playSatisfied(t: Test, stage: Stage): Promise<void> {
  const { trusting, plain } = stage.applications
  const { alice, dave } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await expectSignedIn(t, journey, await journey.signIn(trusting, dave), trusting, dave)
  t.same(seen.tracks(trusting), [], 'Authsignal is not asked')
  t.match(seen.audit('decision', trusting), [{ verdict: 'release', reason: 'satisfied_by_amr' }])

  await expectSignedIn(t, journey, await journey.start(plain), plain, dave)
  t.match(
    seen.tracks(plain),
    [{ userId: dave.subject, amr: /\b(otp|mfa)\b/ }],
    'its rule sees the second factor',
  )
  t.match(seen.audit('decision', plain), [{ verdict: 'release', reason: 'no_challenge_needed' }])

  await signInWithStepUp(t, openJourney(t, stage).journey, trusting, alice)
  t.match(seen.tracks(trusting), [{ userId: alice.subject }], 'who has a password only is asked')
}

/** The login happens on the way: the OP's answer waits at the gateway. */
async function playAfterLogin(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  const challenge = await journey.signIn(plain, alice)
  await expectChallenge(t, journey, challenge, plain, alice)
  const leg = placeOfDecision(stage)
  t.match(seen.audit('decision', plain), [{ leg, verdict: 'challenge', subject: alice.subject }])
  t.same(seen.audit('released', plain), [], 'nothing is released before')
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
  t.match(seen.audit('released', plain), [{ subject: alice.subject }])
  t.equal(seen.tracks(plain).length, 1, 'Authsignal was asked once')

  await expectSignedIn(t, journey, await journey.start(plain), plain, alice)
  t.equal(seen.tracks(plain).length, 1, 'and not again while the step-up is remembered')
}

/** The OP asks for consent, before the challenge (no session yet) or after it. */
async function playConsent(t: Test, stage: Stage): Promise<void> {
  // An OP that repeats the request after a login has a session before it asks, always.
  if (stage.world.kit.repeatsRequest !== true) await playConsentFirst(t, stage)
  await playChallengeFirst(t, stage)
}

async function playConsentFirst(t: Test, stage: Stage): Promise<void> {
  const { consenting } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  const question = await journey.signIn(consenting, alice)
  expectConsent(t, stage, question)
  t.same(seen.tracks(consenting), [], 'and for nothing else so far')
  const challenge = await journey.consent(question)
  await expectChallenge(t, journey, challenge, consenting, alice)
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), consenting, alice)
  t.match(seen.tracks(consenting), [{ userId: alice.subject }], 'with one challenge')
}

async function playChallengeFirst(t: Test, stage: Stage): Promise<void> {
  const { consenting, open } = stage.applications
  const { bob } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await expectSignedIn(t, journey, await journey.signIn(open, bob), open, bob)
  const challenge = await journey.start(consenting)
  await expectChallenge(t, journey, challenge, consenting, bob)
  const question = await journey.pass(challenge, bob)
  expectConsent(t, stage, question)
  t.equal(await consenting.findSubject(journey.browser), undefined, 'and is not signed in before')
  await expectSignedIn(t, journey, await journey.consent(question), consenting, bob)
  t.match(seen.tracks(consenting), [{ userId: bob.subject }], 'with one challenge')
}

function expectConsent(t: Test, { world }: Stage, page: Page): void {
  t.ok(world.provider.pages.isConsent(page), 'is asked for consent', { page: [page.url, page.text] })
}

export const signInScenarios: readonly Scenario[] = [
  { name: 'first step-up', play: playFirstStepUp },
  { name: 'satisfied', appliesTo: (kit) => kit.lacksSecondFactor !== true, play: playSatisfied },
  { name: 'challenge after login', play: playAfterLogin },
  { name: 'consent in between', appliesTo: (kit) => kit.lacksConsent !== true, play: playConsent },
]
