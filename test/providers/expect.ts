import type { Test } from 'tap'
import { isChallenge } from '../e2e/challenge.ts'
import type { Page } from '../lab/browser.ts'
import { readForms } from '../lab/html.ts'
import type { Application, Person } from '../lab/providers/kit.ts'
import type { Journey } from './journey.ts'

/** The application has this person, and has not shown an error. */
export async function expectSignedIn(
  t: Test,
  journey: Journey,
  page: Page,
  application: Application,
  { subject, username }: Person,
): Promise<void> {
  t.equal(await application.findSubject(journey.browser), subject, `is signed in as ${username}`, show(page))
  t.equal(application.findError(page), undefined, 'without an error')
}

/** The application shows an authorization error, and nobody is signed in there. */
export async function expectError(
  t: Test,
  journey: Journey,
  page: Page,
  application: Application,
  error: string,
): Promise<void> {
  t.equal(application.findError(page), error, `the application gets ${error}`, show(page))
  t.equal(await application.findSubject(journey.browser), undefined, 'and nobody is signed in there')
  t.notOk(hasCodeLeft(journey, application), 'nor has a code left for it')
}

/** The OP asks for a password. */
export function expectLogin(t: Test, { stage }: Journey, page: Page): void {
  t.ok(stage.world.provider.pages.isLogin(page), 'the OP asks for the password', show(page))
}

/**
 * The browser stands at the challenge of this person, and of the answer that waits for it neither the browser nor the
 * application has seen anything.
 *
 * @param before the application may still have this person from an earlier sign-in
 */
export async function expectChallenge(
  t: Test,
  journey: Journey,
  page: Page,
  application: Application,
  { subject, username }: Person,
  before?: 'signed in before',
): Promise<void> {
  const { world } = journey.stage
  t.ok(isChallenge(world, page), 'is asked for a challenge', show(page))
  const { state } = world.authsignal.control.action(subject)
  t.equal(state, 'CHALLENGE_REQUIRED', `Authsignal waits for ${username}`)
  t.notOk(hasCodeLeft(journey, application), 'no code has left for the application')
  if (before !== undefined) return
  const signedIn = await application.findSubject(journey.browser)
  t.notSame(signedIn, subject, `where ${username} is not signed in`)
}

/** Whether anything since the last sign-in was started carried a code to the application's redirect URI. */
function hasCodeLeft({ seen }: Journey, { registration: { redirectUris } }: Application): boolean {
  const isAnswer = (href: string | undefined): boolean => {
    if (href === undefined) return false
    const url = new URL(href)
    return redirectUris.includes(url.origin + url.pathname) && /[?&#]code=/.test(url.search + url.hash)
  }
  const isForm = ({ body }: Page): boolean =>
    readForms(body).some(
      ({ action, fields }) => redirectUris.includes(action) && fields.some(({ name }) => name === 'code'),
    )
  return seen.some(
    (page) => isForm(page) || page.hops.some(({ url, next }) => isAnswer(url) || isAnswer(next)),
  )
}

function show({ status, url, text, hops }: Page) {
  const way = hops.map((hop) => `${hop.method} ${hop.url.replace(/[?#].*/, '')} ${hop.status}`)
  return { page: [status, url, text.slice(0, 300)], way }
}
