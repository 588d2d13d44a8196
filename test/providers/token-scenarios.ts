import type { Test } from 'tap'
import { expectChallenge, expectSignedIn } from './expect.ts'
import type { Stage } from './journey.ts'
import { openJourney, type Scenario, signInWithStepUp } from './scenario.ts'

/** A pushed request is read where it is pushed; then it is decided like any other. */
async function playPushed(t: Test, stage: Stage): Promise<void> {
  const { open, plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await expectSignedIn(t, journey, await journey.logIn(await journey.push(open), alice), open, alice)
  const challenge = await journey.push(plain)
  await expectChallenge(t, journey, challenge, plain, alice)
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
  t.match(seen.audit('released', plain), [{ subject: alice.subject }])
}

/** A session at an application goes on by refresh tokens, which nobody is asked for again. */
async function playRefresh(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  await signInWithStepUp(t, journey, plain, alice)
  for (const time of ['once', 'twice']) {
    t.equal(await plain.refresh?.(journey.browser), true, `new tokens ${time}`)
    t.equal(await plain.findSubject(journey.browser), alice.subject, 'for the same person')
  }
  t.equal(seen.tracks(plain).length, 1, 'with one question')
}

/** A challenge that takes longer than the OP's code lives: the OP is asked for another one. */
async function playSlowChallenge(t: Test, stage: Stage): Promise<void> {
  const { plain } = stage.applications
  const { alice } = stage.world.people
  const { journey, seen } = openJourney(t, stage)
  const challenge = await journey.signIn(plain, alice)
  await expectChallenge(t, journey, challenge, plain, alice)
  const { codeLifetime } = stage.world.config.provider
  const page = await stage.world.whileAhead(codeLifetime + 1000, () => journey.pass(challenge, alice))
  await expectSignedIn(t, journey, page, plain, alice)
  t.equal(seen.tracks(plain).length, 1, 'with one question')
  t.match(seen.audit('step_up', plain), [{ reason: 'passed' }], 'one step-up')
  t.match(seen.audit('released', plain), [{ subject: alice.subject }], 'and one code')
}

export const tokenScenarios: readonly Scenario[] = [
  {
    name: 'pushed request',
    appliesTo: (kit, { startPushed }) => kit.lacksPushedRequests !== true && startPushed !== undefined,
    play: playPushed,
  },
  {
    name: 'refresh',
    appliesTo: (kit, { refresh }) => kit.lacksRefreshTokens !== true && refresh !== undefined,
    play: playRefresh,
  },
  { name: 'slow challenge', play: playSlowChallenge },
]
