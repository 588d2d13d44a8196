import type { Test } from 'tap'
import { erin } from '../../lab/providers/keycloak/people.ts'
import { expectChallenge, expectSignedIn } from '../expect.ts'
import { openJourney } from '../scenario.ts'
import { expectCode, type Keycloak, requestAt, waysOf } from './ways.ts'

/** Ways to a code that are not the login form: each must end in a challenge, and none around it. */

export async function playRegistration(t: Test, { stage, endpoints }: Keycloak): Promise<void> {
  const { world, applications } = stage
  const { plain } = applications
  const { journey } = openJourney(t, stage)
  const { browser } = journey
  const form = await browser.navigate(requestAt(`${endpoints}/registrations`, plain))
  const registered = await browser.submit(form, { ...newcomer('frank') }, { form: 'kc-register-form' })
  t.same(waysOf(registered, world), ['POST registration 303'])
  t.match(registered.text, / frank Set up an authenticator app/, 'who is new has to enrol')
  const [decision] = world.audit('decision').slice(-1)
  const passed = await journey.pass(registered, { ...erin, subject: String(decision?.['subject']) })
  expectCode(t, passed, plain, world)

  const second = await browser.navigate(requestAt(`${endpoints}/registrations`, plain))
  const other = await browser.submit(second, { ...newcomer('gina') }, { form: 'kc-register-form' })
  t.match(other.text, /already authenticated as different user 'frank'/, 'one browser, one user')
}

export async function playForgottenPassword(t: Test, { stage, endpoints, mailbox }: Keycloak): Promise<void> {
  const { world, applications } = stage
  const { plain } = applications
  const { bob } = world.people
  const { journey } = openJourney(t, stage)
  const { browser } = journey
  const form = await browser.navigate(requestAt(`${endpoints}/forgot-credentials`, plain))
  await browser.submit(form, { username: bob.username }, { form: 'kc-reset-password-form' })
  const link = await mailbox.readLink('bob@example.com', world.publicUrl)
  const question = await browser.navigate(link)
  const fields = { 'password-new': bob.password, 'password-confirm': bob.password }
  const challenge = await browser.submit(question, fields, { form: 'kc-passwd-update-form' })
  t.same(waysOf(challenge, world), ['POST required-action 303'])
  await expectChallenge(t, journey, challenge, plain, bob)
  expectCode(t, await journey.pass(challenge, bob), plain, world)
}

/** The link of the mail in a browser that has not asked for it. */
export async function playForwardedMail(t: Test, { stage, mailbox }: Keycloak): Promise<void> {
  const { world, applications } = stage
  const { plain } = applications
  const { bob } = world.people
  const { journey } = openJourney(t, stage)
  const form = await journey.browser.click(await journey.start(plain), 'Forgot Password?')
  await journey.browser.submit(form, { username: bob.username }, { form: 'kc-reset-password-form' })
  const link = await mailbox.readLink('bob@example.com', world.publicUrl)

  const { journey: stranger, seen } = openJourney(t, stage)
  let page = await stranger.browser.navigate(link)
  if (/Click here to proceed/.test(page.text))
    page = await stranger.browser.click(page, 'Click here to proceed')
  const fields = { 'password-new': bob.password, 'password-confirm': bob.password }
  page = await stranger.browser.submit(page, fields, { form: 'kc-passwd-update-form' })
  t.equal(await plain.findSubject(stranger.browser), undefined, 'nobody is signed in')
  t.same(seen.audit('released', plain), [], 'and no code is released')
  t.match(page.text, /has been updated|Confirm that it’s you/, page.text)
}

export async function playRequiredAction(t: Test, { stage }: Keycloak): Promise<void> {
  const { world, applications } = stage
  const { plain } = applications
  const person = { ...erin, subject: erin.subject ?? '' }
  world.authsignal.control.enrol(person.subject)
  const { journey } = openJourney(t, stage)
  const question = await journey.signIn(plain, person)
  t.match(question.text, /You need to change your password/)
  const fields = { 'password-new': erin.password, 'password-confirm': erin.password }
  const challenge = await journey.browser.submit(question, fields, { form: 'kc-passwd-update-form' })
  t.same(waysOf(challenge, world), ['POST required-action 303'])
  await expectChallenge(t, journey, challenge, plain, person)
  await expectSignedIn(t, journey, await journey.pass(challenge, person), plain, person)
}

/** An action that the application asks for (`kc_action`): the challenge comes first, and is not asked for again. */
export async function playApplicationAction(t: Test, { stage, endpoints }: Keycloak): Promise<void> {
  const { world, applications } = stage
  const { plain, open } = applications
  const { alice } = world.people
  const { journey, seen } = openJourney(t, stage)
  await journey.signIn(open, alice)
  const request = requestAt(`${endpoints}/auth`, plain, { kc_action: 'UPDATE_PASSWORD' })
  const challenge = await journey.browser.navigate(request)
  await expectChallenge(t, journey, challenge, plain, alice)
  const question = await journey.pass(challenge, alice)
  t.match(question.text, /Update password/, question.text)
  const fields = { 'password-new': alice.password, 'password-confirm': alice.password }
  const done = await journey.browser.submit(question, fields, { form: 'kc-passwd-update-form' })
  expectCode(t, done, plain, world)
  t.equal(seen.tracks(plain).length, 1, 'one challenge for both')
}

function newcomer(username: string) {
  return {
    username,
    password: username,
    'password-confirm': username,
    email: `${username}@example.com`,
    firstName: 'New',
    lastName: 'Comer',
  }
}
