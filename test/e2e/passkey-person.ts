import { SoftAuthenticator } from '../lab/authsignal/soft-authenticator.ts'
import { loadBrowserSdk } from '../lab/authsignal/soft-browser.ts'
import { type Browser, Browser as LabBrowser } from '../lab/browser.ts'
import { createLoopbackAgent, createLoopbackFetch } from '../lab/loopback.ts'
import { makePasskeySignIn } from '../lab/op-passkeys.ts'
import type { World, WorldOptions } from '../lab/world.ts'

const { passkeys, key } = makePasskeySignIn()

/** A world with passkeys: the page, and the sign-in by JWT. */
export const withPasskeys: WorldOptions = {
  op: { passkeyIssuer: { key } },
  config: { passkeys },
}

/** Tells the stand-in where passkeys live, and that the page for them asks for a challenge. */
export function preparePasskeys({ authsignal, publicUrl }: Pick<World, 'authsignal' | 'publicUrl'>): void {
  authsignal.control.origins = [publicUrl]
  authsignal.control.setAction('passkeys', 'CHALLENGE')
}

/** What a script of the gateway's own pages asks, with the browser's cookies. */
export type PageFetch = (path: string, body: unknown, headers?: Record<string, string>) => Promise<PageAnswer>

export interface PageAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Somebody with an authenticator at a browser; the SDK is the real one. */
export function meetPasskeyPerson(
  { publicUrl }: Pick<World, 'publicUrl'>,
  browser: Browser = new LabBrowser(),
  authenticator = new SoftAuthenticator({ aaguid: '01020304-0506-0708-0102-030405060708' }),
) {
  const agent = createLoopbackAgent()
  const loopbackFetch = createLoopbackFetch(agent)
  const fetchInPage = async (url: string, init: RequestInit = {}) => {
    const headers = {
      origin: publicUrl,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      cookie: await browser.jar.getCookieString(url),
      ...(init.headers as Record<string, string>),
    }
    const answer = await loopbackFetch(url, { method: init.method ?? 'GET', headers, body: init.body })
    for (const setCookie of answer.headers.getSetCookie()) await browser.jar.setCookie(setCookie, url)
    return answer
  }
  const baseUrl = `${publicUrl}/step-up`
  const ask: PageFetch = async (path, body, headers = {}) => {
    const answer = await fetchInPage(`${baseUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const sdk = loadBrowserSdk({
    origin: publicUrl,
    baseUrl,
    tenantId: 'lab',
    authenticator,
    fetch: fetchInPage as typeof fetch,
  })
  return {
    browser,
    authenticator,
    ask,
    addPasskey: () => sdk.passkey.signUp({ token: 'page' }),
    usePasskey: () => sdk.passkey.signIn({ action: 'passkey', autofill: true }),
    /** Goes on from the login page with what the sign-in gave. */
    enter: (loginPage: string, token = '') => {
      const { pathname, search } = new URL(loginPage)
      const returnTo = encodeURIComponent(pathname + search)
      return browser.navigate(`${baseUrl}/passkeys/enter/${token}?return_to=${returnTo}`, { from: publicUrl })
    },
    async leave() {
      await agent.close()
      await browser.close()
    },
  }
}
