import type { Test } from 'tap'
import { expectChallenge, expectLogin, expectSignedIn } from '../expect.ts'
import { openJourney, signInWithStepUp } from '../scenario.ts'
import type { Keycloak } from './ways.ts'

/** A response by form_post that follows a login, and one that follows a challenge. */
export async function playFormPost(t: Test, { formPost }: Keycloak): Promise<void> {
  const { plain, open } = formPost.applications
  const { alice, bob } = formPost.world.people
  const { journey } = openJourney(t, formPost)
  await signInWithStepUp(t, journey, plain, alice)
  const { journey: other } = openJourney(t, formPost)
  await expectSignedIn(t, other, await other.signIn(open, bob), open, bob)
  const challenge = await other.start(plain)
  await expectChallenge(t, other, challenge, plain, bob)
  await expectSignedIn(t, other, await other.pass(challenge, bob), plain, bob)
}

/** A pushed authorization request (RFC 9126), whose `request_uri` Keycloak takes once. */
export async function playPushed(t: Test, { stage }: Keycloak): Promise<void> {
  const { plain, open } = stage.applications
  const { alice } = stage.world.people
  const { journey } = openJourney(t, stage)
  const pushed = (application: typeof plain) =>
    journey.browser.navigate(
      `${new URL(application.registration.redirectUris[0] ?? '').origin}/login?via=par`,
    )
  await expectSignedIn(t, journey, await journey.logIn(await pushed(open), alice), open, alice)
  const challenge = await pushed(plain)
  await expectChallenge(t, journey, challenge, plain, alice)
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
}

/** A probe leaves alone what another tab has begun: it does not carry the cookie of pending logins. */
export async function playPendingTab(t: Test, { stage }: Keycloak): Promise<void> {
  const { plain, open } = stage.applications
  const { alice } = stage.world.people
  const { journey } = openJourney(t, stage)
  await journey.signIn(open, alice)
  const pending = await journey.start(open, 'login')
  expectLogin(t, journey, pending)
  await signInWithStepUpInSession(t, stage, journey)
  await expectSignedIn(t, journey, await journey.logIn(pending, alice), open, alice)
  await expectSignedIn(t, journey, await journey.start(plain), plain, alice)
}

async function signInWithStepUpInSession(
  t: Test,
  { applications: { plain }, world }: Keycloak['stage'],
  journey: ReturnType<typeof openJourney>['journey'],
): Promise<void> {
  const { alice } = world.people
  const challenge = await journey.start(plain)
  await expectChallenge(t, journey, challenge, plain, alice)
  await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
}

/** Keycloak tells the gateway that a session ended, and its logout page comes through with the frames of clients. */
export async function playLogout(t: Test, { stage, endpoints }: Keycloak): Promise<void> {
  const { world, applications } = stage
  const { plain, open } = applications
  const { alice } = world.people
  const { journey } = openJourney(t, stage)
  await signInWithStepUp(t, journey, plain, alice)
  await expectSignedIn(t, journey, await journey.start(open), open, alice)
  const before = countBackChannel(world)
  const question = await journey.browser.navigate(`${endpoints}/logout`)
  t.match(question.text, /Do you want to log out/)
  const out = await world.provider.pages.confirmLogout(journey.browser, question)
  t.equal(out.status, 200)
  const frames = [...out.body.matchAll(/<iframe[^>]* src="([^"]+)"/g)].map(([, src]) => src ?? '')
  t.match(
    frames,
    [new RegExp(`^${open.registration.redirectUris[0]}\\?.*sid=`)],
    'the front channel of a client',
  )
  t.equal(countBackChannel(world), before + 1, 'Keycloak told the gateway')
  expectLogin(t, journey, await journey.start(plain))
}

const countBackChannel = ({ audit }: Keycloak['stage']['world']): number =>
  audit('signed_out').filter(({ channel }) => channel === 'back_channel').length
