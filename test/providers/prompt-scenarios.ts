import { setTimeout } from 'node:timers/promises'
import type { Test } from 'tap'
import { expectChallenge, expectError, expectLogin, expectSignedIn } from './expect.ts'
import type { Journey, Stage } from './journey.ts'
import { openJourney, placeOfDecision, type Scenario, signInWithStepUp } from './scenario.ts'

/** prompt=none never shows a page of the gateway: a challenge that is due becomes the application's error. */
async function playPromptNone(t: Test, stage: Stage): Promise<void> {
  const { refusesPromptNone } = stage.world.kit
  if (refusesPromptNone !== undefined) return playRefusal(t, stage, refusesPromptNone)
  const { plain } = stage.applications
  const { journey, seen } = openJourney(t, stage)
  const stranger = await journey.start(plain, 'none')
  if (stage.world.kit.ignoresPromptNone === true) {
    expectLogin(t, journey, stranger)
    t.equal(await plain.findSubject(journey.browser), undefined, 'nobody is signed in without a session')
  } else {
    await expectError(t, journey, stranger, plain, 'login_required')
  }
  t.same(seen.tracks(plain), [], 'nobody is known whom Authsignal could be asked about')
  await playPromptNoneWithSession(t, stage)
}

/** In another browser: an OP that showed its login page may keep the request, and answer it after the next login. */
async function playPromptNoneWithSession(t: Test, stage: Stage): Promise<void> {
  const { open, plain } = stage.applications
  const { bob } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await expectSignedIn(t, journey, await journey.signIn(open, bob), open, bob)
  await expectError(t, journey, await journey.start(plain, 'none'), plain, 'interaction_required')
  t.same(seen.audit('released', plain), [], 'nothing is released')

  const challenge = await journey.start(plain)
  await expectChallenge(t, journey, challenge, plain, bob)
  await expectSignedIn(t, journey, await journey.pass(challenge, bob), plain, bob)
  if (stage.world.kit.tellsBrowserOnly === true) {
    await playUnasked(t, journey, stage)
    return
  }
  const tracks = seen.tracks(plain).length
  await expectSignedIn(t, journey, await journey.start(plain, 'none'), plain, bob)
  t.equal(seen.tracks(plain).length, tracks, 'a remembered step-up needs no question')
  t.match(seen.audit('decision', plain).at(-1), { verdict: 'release', reason: 'proof' })
}

/**
 * With prompt=none a browser is not sent to ask either: nobody is known whose step-up could count. But where one request
 * can't be told from the next, what the browser brought for the first is still good.
 */
async function playUnasked(t: Test, journey: Journey, { applications, world }: Stage): Promise<void> {
  const { plain } = applications
  const page = await journey.start(plain, 'none')
  if (plain.sharesState === true) await expectSignedIn(t, journey, page, plain, world.people.bob)
  else t.equal(plain.findError(page), 'interaction_required', 'the application gets interaction_required')
}

/** What an OP answers to prompt=none in its own way goes to the application as it is. */
async function playRefusal(t: Test, stage: Stage, [stranger, known]: readonly unknown[]): Promise<void> {
  const { open, plain } = stage.applications
  const { bob } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  const ask = async () => {
    const page = await journey.start(plain, 'none')
    return plain.findError(page) ?? page.status
  }
  t.equal(await ask(), stranger, 'refused without a session')
  await expectSignedIn(t, journey, await journey.signIn(open, bob), open, bob)
  t.equal(await ask(), known, 'and with one')
  t.same(seen.audit('released', plain), [], 'nothing is released')
}

/** prompt=login is the OP's to answer: the password first, and then a decision about the new sign-in. */
async function playPromptLogin(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await signInWithStepUp(t, journey, plain, alice)
  await setTimeout(stage.world.provider.freshLoginMs ?? 1050)
  const login = await journey.start(plain, 'login')
  if (stage.world.kit.ignoresPromptLogin === true) {
    await expectSignedIn(t, journey, login, plain, alice)
    t.match(seen.audit('decision', plain).at(-1), { verdict: 'release', reason: 'proof' })
    return
  }
  expectLogin(t, journey, login)
  t.equal(seen.tracks(plain).length, 1, 'nothing is decided before the password')
  const challenge = await journey.logIn(login, alice)
  if (stage.world.kit.keepsSessionAtLogin === true) {
    await expectSignedIn(t, journey, challenge, plain, alice)
    return
  }
  await expectChallenge(t, journey, challenge, plain, alice, 'signed in before')
  t.match(seen.audit('decision', plain).at(-1), { leg: placeOfDecision(stage), verdict: 'challenge' })
  t.equal(seen.audit('released', plain).length, 1, 'the new answer waits')
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
  t.equal(seen.tracks(plain).length, 2)
  t.equal(seen.audit('released', plain).length, 2)
}

/** auth_time counts seconds: two logins within one would be the same session of the same person. */
export function nextSecond(): Promise<void> {
  return setTimeout(1020 - (Date.now() % 1000))
}

export const promptScenarios: readonly Scenario[] = [
  { name: 'prompt=none', play: playPromptNone },
  { name: 'prompt=login', play: playPromptLogin },
]
