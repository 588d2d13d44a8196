import type { Browser, Page, Visit } from './browser.ts'
import type { Rp } from './rp.ts'

/** What a person does at the lab's OP and applications, in one line each. */

/** Opens an application's sign-in; `query` goes along (`prompt=none`, `scope=…`, `via=post` …). */
export function startSignIn(browser: Browser, rp: Rp, query = '', visit: Visit = {}): Promise<Page> {
  return browser.navigate(`${rp.url}/login${query === '' ? '' : `?${query}`}`, { from: rp.url, ...visit })
}

/** Fills the OP's login form; the password of everybody is the name. */
export function logIn(
  browser: Browser,
  loginPage: Page,
  username: string,
  fields: Record<string, string> = {},
): Promise<Page> {
  return browser.submit(loginPage, { username, password: username, ...fields }, { form: '/login' })
}

/** The whole way of a first sign-in, up to where it leads. */
export async function signIn(browser: Browser, rp: Rp, username: string, query = ''): Promise<Page> {
  return logIn(browser, await startSignIn(browser, rp, query), username)
}

/** The claims that an application holds for this browser; empty if nobody is signed in. */
export async function readClaims(browser: Browser, rp: Rp): Promise<Record<string, unknown>> {
  return JSON.parse((await browser.get(`${rp.url}/claims.json`)).body)
}

/** Whether a page is the OP's login form. */
export function isLoginPage(page: Page): boolean {
  return (
    page.status === 200 &&
    /\/interaction\/[\w-]+(?:\/login)?$/.test(new URL(page.url).pathname) &&
    page.body.includes('name="password"')
  )
}

/** How many redirects the browser followed on its way to a page. */
export function countRedirects(page: Page): number {
  return page.hops.filter((hop) => hop.next !== undefined).length
}
