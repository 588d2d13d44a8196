import type { Test } from 'tap'
import type { Browser, Page, Visit } from '../lab/browser.ts'
import type { World } from '../lab/world.ts'

/** What a person does, and sees, at Authsignal's hosted pages. */

type WithAuthsignal = Pick<World, 'authsignal'>

export function isChallenge(world: WithAuthsignal, page: Page): boolean {
  return page.status === 200 && page.url.startsWith(`${world.authsignal.hostedUrl}/challenge?`)
}

export function expectChallenge(t: Test, world: WithAuthsignal, page: Page): void {
  t.ok(isChallenge(world, page), 'is asked for a challenge', { page: [page.status, page.url, page.text] })
}

/** Types the code that the authenticator app shows. It is a new app each time, since a code counts once in 30 s. */
export function passChallenge(
  world: WithAuthsignal,
  browser: Browser,
  page: Page,
  userId = 'user-alice',
  visit: Visit = {},
): Promise<Page> {
  return browser.submit(page, { code: world.authsignal.control.newCodeFor(userId) }, visit)
}

/** Where the browser would come back to, having passed the challenge or left it. */
export async function findReturn(
  world: World,
  browser: Browser,
  page: Page,
  how: 'pass' | 'cancel' = 'pass',
): Promise<string> {
  const stopBefore = (url: URL) => url.origin === world.publicUrl
  const last =
    how === 'pass'
      ? await passChallenge(world, browser, page, 'user-alice', { stopBefore })
      : await browser.click(page, 'Cancel', { stopBefore })
  return String(last.headers['location'])
}
