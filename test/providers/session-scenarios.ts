import type { Test } from 'tap'
import { expectChallenge, expectError, expectLogin, expectSignedIn } from './expect.ts'
import type { Stage } from './journey.ts'
import { nextSecond } from './prompt-scenarios.ts'
import { openJourney, type Scenario, signInWithStepUp } from './scenario.ts'

/** Two sign-ins begin before the login; both end at the application, with one challenge. */
async function playTwoTabs(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  const first = await journey.start(plain)
  const second = await journey.start(plain)
  expectLogin(t, journey, first)
  const challenge = await journey.logIn(second, alice)
  await expectChallenge(t, journey, challenge, plain, alice)
  const other = stage.world.provider.pages.answersFirstTab ? second : first
  const sameChallenge = await journey.repeatRequest(other)
  await expectChallenge(t, journey, sameChallenge, plain, alice)
  t.equal(seen.tracks(plain).length, 1, 'one need, one question')

  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
  const finished = await journey.reload(sameChallenge)
  await expectSignedIn(t, journey, finished, plain, alice)
  t.notOk(finished.url.startsWith(stage.world.publicUrl), 'the other tab is at the application too')
  t.equal(seen.tracks(plain).length, 1, 'with one question')
  t.match(seen.audit('step_up', plain), [{ reason: 'passed' }], 'and one step-up')
  t.equal(seen.audit('released', plain).length, 2, 'for two answers')
}

/** Who leaves the challenge may try again, or go back to the application, which gets an error. */
async function playCancel(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice, bob } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  const left = await journey.click(await journey.signIn(plain, alice), 'Cancel')
  t.equal(left.status, 403, 'our page says so', { page: [left.url, left.text] })
  t.match(left.text, /You left the verification/)
  t.match(seen.audit('step_up', plain), [{ reason: 'cancelled' }])
  const again = await journey.click(left, 'Try again')
  await expectChallenge(t, journey, again, plain, alice)
  await expectSignedIn(t, journey, await journey.pass(again, alice), plain, alice)
  t.equal(seen.audit('released', plain).length, 1)

  const { journey: other, seen: seenOther } = openJourney(t, stage)
  const page = await other.click(await other.signIn(plain, bob), 'Cancel')
  const back = await other.click(page, 'Back to the application')
  await expectError(t, other, back, plain, 'unmet_authentication_requirements')
  t.same(seenOther.audit('released', plain), [], 'nothing is released')
  await expectChallenge(t, other, await other.start(plain), plain, bob)
}

/** Another person in the same browser gets nothing of the first one's step-up. */
async function playUserSwapped(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice, bob } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await signInWithStepUp(t, journey, plain, alice)
  const challenge = await journey.takeOver(plain, bob)
  await expectChallenge(t, journey, challenge, plain, bob)
  t.match(seen.tracks(plain), [{ userId: alice.subject }, { userId: bob.subject }], 'bob is asked on his own')
  t.match(seen.audit('released', plain), [{ subject: alice.subject }], 'nothing is released for bob')
  await expectSignedIn(t, journey, await journey.pass(challenge, bob), plain, bob)
}

/** After a logout at the OP the next sign-in begins with the password, and ends with a challenge. */
async function playLogout(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await signInWithStepUp(t, journey, plain, alice)
  await journey.logOut(plain)
  t.equal(await plain.findSubject(journey.browser), undefined, 'nobody is signed in at the application')
  await nextSecond()
  const login = await journey.start(plain)
  expectLogin(t, journey, login)
  const challenge = await journey.logIn(login, alice)
  await expectChallenge(t, journey, challenge, plain, alice)
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
  t.equal(seen.tracks(plain).length, 2, 'each sign-in asks')
}

export const sessionScenarios: readonly Scenario[] = [
  {
    name: 'two tabs',
    appliesTo: (_kit, { remembersLastOnly }) => remembersLastOnly !== true,
    play: playTwoTabs,
  },
  { name: 'cancel', play: playCancel },
  { name: 'user swapped', play: playUserSwapped },
  { name: 'logout', play: playLogout },
]
