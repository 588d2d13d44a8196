import assert from 'node:assert/strict'
import { Browser, type Page } from './browser.ts'
import type { SignInWorld } from './direct-world.ts'
import { countRedirects, isLoginPage, logIn, readClaims, signIn, startSignIn } from './people.ts'
import type { Rp } from './rp.ts'

/**
 * A story about signing in that must end the same way whether applications talk to the OP or to something in front
 * of it that lets everything through. Throws where the world differs.
 */
export interface Scenario {
  readonly name: string
  readonly play: (world: SignInWorld, browser: Browser) => Promise<void>
}

/** Plays a scenario with a browser of its own. */
export async function playScenario(scenario: Scenario, world: SignInWorld): Promise<void> {
  const browser = new Browser()
  try {
    await scenario.play(world, browser)
  } finally {
    await browser.close()
  }
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a first visit ends with the claims of the person who signed in',
    play: async ({ web }, browser) => {
      const page = await signIn(browser, web, 'alice')
      assert.equal(page.url, `${web.url}/`)
      assert.match(page.text, /Hello Alice Archer/)
      const claims = await readClaims(browser, web)
      const { sub, amr, acr, preferred_username, email, aud } = claims
      assert.deepEqual(
        { sub, amr, acr, preferred_username, email, aud },
        {
          sub: 'user-alice',
          amr: ['pwd'],
          acr: 'urn:lab:pwd',
          preferred_username: 'alice',
          email: 'alice@example.com',
          aud: web.clientId,
        },
      )
      assert.equal(typeof claims['auth_time'], 'number')
      assert.equal(typeof claims['sid'], 'string')
    },
  },
  {
    name: 'the OP reports a second factor of its own in amr and acr',
    play: async ({ web, other }, browser) => {
      await signIn(browser, web, 'dave')
      assert.deepEqual((await readClaims(browser, web))['amr'], ['pwd', 'otp', 'mfa'])
      const page = await startSignIn(browser, other, 'prompt=login')
      await submitAutomatically(browser, await logIn(browser, page, 'alice', { amr: 'mfa' }))
      const { amr, acr, sub } = await readClaims(browser, other)
      assert.deepEqual(
        { amr, acr, sub },
        { amr: ['pwd', 'otp', 'mfa'], acr: 'urn:lab:mfa', sub: 'user-alice' },
      )
    },
  },
  {
    name: 'a wrong password shows the form again, and the right one goes on',
    play: async ({ web }, browser) => {
      const form = await startSignIn(browser, web)
      const again = await browser.submit(form, { username: 'alice', password: 'bob' })
      assert.ok(isLoginPage(again), again.text)
      assert.match(again.text, /not the right name and password/)
      assert.equal((await logIn(browser, again, 'alice')).url, `${web.url}/`)
    },
  },
  {
    name: 'who is signed in at the OP gets into a second application without a page',
    play: async ({ web, other }, browser) => {
      await signIn(browser, web, 'alice')
      const page = await startSignIn(browser, other)
      assert.equal(page.url, `${other.url}/`)
      assert.equal(countRedirects(page), 3, 'to the OP, to the callback, to the start page')
    },
  },
  {
    name: 'consent is asked between the login and the code, once',
    play: async ({ consenting }, browser) => {
      const asked = await signIn(browser, consenting, 'bob')
      assert.match(asked.text, /Give Photo prints access/)
      const page = await browser.submit(asked, {}, { form: '/consent' })
      assert.equal(page.url, `${consenting.url}/`)
      assert.equal((await startSignIn(browser, consenting)).url, `${consenting.url}/`)
    },
  },
  {
    name: 'a person who cancels at the consent page or at the login page comes back with access_denied',
    play: async ({ consenting, web }, browser) => {
      const consent = await signIn(browser, consenting, 'bob')
      const refused = await browser.submit(consent, {}, { form: '/abort' })
      expectError(refused, consenting, 'access_denied')
      const login = await startSignIn(browser, web, 'prompt=login')
      expectError(await browser.submit(login, {}, { form: '/abort' }), web, 'access_denied')
    },
  },
  {
    name: 'prompt=none answers with the session, or with login_required',
    play: async ({ web, other }, browser) => {
      expectError(await startSignIn(browser, web, 'prompt=none'), web, 'login_required')
      await signIn(browser, other, 'alice')
      assert.equal((await startSignIn(browser, web, 'prompt=none')).url, `${web.url}/`)
    },
  },
  {
    name: 'prompt=none where consent is due answers consent_required',
    play: async ({ other, consenting }, browser) => {
      await signIn(browser, other, 'alice')
      expectError(await startSignIn(browser, consenting, 'prompt=none'), consenting, 'consent_required')
    },
  },
  {
    name: 'prompt=login and max_age=0 ask for the password again',
    play: async ({ web }, browser) => {
      await signIn(browser, web, 'alice')
      for (const query of ['prompt=login', 'max_age=0']) {
        const form = await startSignIn(browser, web, query)
        assert.ok(isLoginPage(form), form.text)
        assert.equal((await logIn(browser, form, 'alice')).url, `${web.url}/`)
      }
    },
  },
  {
    name: 'another person may take over the browser with prompt=login',
    play: async ({ web }, browser) => {
      await signIn(browser, web, 'alice')
      const page = await logIn(browser, await startSignIn(browser, web, 'prompt=login'), 'bob')
      const home = await submitAutomatically(browser, page)
      assert.equal(home.url, `${web.url}/`)
      assert.equal((await readClaims(browser, web))['sub'], 'user-bob')
    },
  },
  {
    name: 'an authorization request may come as a POST',
    play: async ({ web }, browser) => {
      const login = await browser.submit(await startSignIn(browser, web, 'via=post'))
      assert.equal((await logIn(browser, login, 'alice')).url, `${web.url}/`)
      const again = await browser.submit(await startSignIn(browser, web, 'via=post'))
      assert.equal(again.url, `${web.url}/`)
    },
  },
  {
    name: 'an authorization request may be pushed first',
    play: async ({ web }, browser) => {
      const page = await signIn(browser, web, 'alice', 'via=par')
      assert.equal(page.url, `${web.url}/`)
    },
  },
  {
    name: 'a response may come as form_post or in a fragment',
    play: async ({ web }, browser) => {
      const posting = await signIn(browser, web, 'alice', 'response_mode=form_post')
      assert.equal(posting.status, 200)
      assert.equal((await browser.submit(posting)).url, `${web.url}/`)
      const stopBefore = (url: URL) => url.href.startsWith(web.redirectUri)
      const page = await startSignIn(browser, web, 'response_mode=fragment', { stopBefore })
      assert.match(String(page.headers['location']), /\/signin-oidc#code=/)
    },
  },
  {
    name: 'two tabs that began before the login both end signed in',
    play: async ({ web, other }, browser) => {
      const first = await startSignIn(browser, web)
      const second = await startSignIn(browser, other)
      assert.equal((await logIn(browser, second, 'alice')).url, `${other.url}/`)
      assert.equal((await logIn(browser, first, 'alice')).url, `${web.url}/`)
    },
  },
  {
    name: 'a refresh token gives new tokens for the same person',
    play: async ({ web }, browser) => {
      const login = await startSignIn(browser, web, 'scope=openid+offline_access&prompt=consent')
      const home = await browser.submit(await logIn(browser, login, 'alice'), {}, { form: '/consent' })
      const before = web.signIns.at(-1)?.tokens.access_token
      const refreshed = await browser.submit(home, {}, { form: '/refresh' })
      assert.equal(refreshed.url, `${web.url}/`, refreshed.text)
      assert.notEqual(web.signIns.at(-1)?.tokens.access_token, before)
      assert.equal((await readClaims(browser, web))['sub'], 'user-alice')
    },
  },
  {
    name: 'who signs out everywhere has to sign in again',
    play: async ({ web, other }, browser) => {
      const home = await signIn(browser, web, 'alice')
      const question = await browser.click(home, 'Sign out everywhere')
      const out = await browser.submit(question, {}, { form: 'op.logoutForm', button: 'Sign out' })
      assert.equal(new URL(out.url).origin, web.url)
      assert.match(out.text, /Nobody is signed in/)
      assert.ok(isLoginPage(await startSignIn(browser, other)))
    },
  },
  {
    name: 'who signs out of an application alone gets back in without a password',
    play: async ({ web }, browser) => {
      const out = await browser.click(await signIn(browser, web, 'alice'), 'Sign out here')
      assert.match(out.text, /Nobody is signed in/)
      assert.equal((await browser.click(out, 'Sign in')).url, `${web.url}/`)
    },
  },
]

function expectError(page: Page, rp: Rp, error: string): void {
  assert.equal(page.status, 400, page.text)
  assert.ok(page.url.startsWith(rp.redirectUri), page.url)
  assert.ok(page.text.includes(`error ${error}`), page.text)
}

/** Where a new login replaces somebody else's session, oidc-provider sends a form by script first. */
function submitAutomatically(browser: Browser, page: Page): Promise<Page> {
  assert.match(page.body, /forms\[0\]\.submit\(\)/, page.text)
  return browser.submit(page)
}
