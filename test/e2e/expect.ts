import type { Test } from 'tap'
import type { Browser, Page } from '../lab/browser.ts'
import { readClaims } from '../lab/people.ts'
import type { Rp } from '../lab/rp.ts'

/** The application shows the claims of this user. */
export async function expectSignedIn(
  t: Test,
  browser: Browser,
  page: Page,
  rp: Rp,
  subject = 'user-alice',
): Promise<void> {
  t.equal(page.url, `${rp.url}/`, `is signed in at ${rp.clientId}`, { page: [page.status, page.text] })
  t.equal((await readClaims(browser, rp))['sub'], subject, `as ${subject}`)
}

/** The application shows an error that came in the authorization response. */
export function expectError(t: Test, page: Page, rp: Rp, error: string): void {
  const isThere = page.url.startsWith(`${rp.redirectUri}?`) && page.text.includes(`error ${error} `)
  t.ok(isThere, `${rp.clientId} gets ${error}`, { page: [page.status, page.url, page.text] })
}

/** One of the gateway's own pages. */
export function expectPage(t: Test, page: Page, status: number, words: string | RegExp): void {
  t.equal(page.status, status, `is a page with status ${status}`, { page: [page.url, page.text] })
  t.match(page.text, words, 'says what happened')
  t.match(page.text, /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, 'has a support id')
}
