import t from 'tap'
import { stepUpForWeb, stepUpWithoutMfa } from '../lab/authsignal/rules.ts'
import type { Page } from '../lab/browser.ts'
import { isLoginPage, logIn, signIn, startSignIn } from '../lab/people.ts'
import { authorizationUrl, beforeApplication, readAnswer } from './authorization.ts'
import { expectChallenge, findReturn, isChallenge, passChallenge } from './challenge.ts'
import { expectError, expectPage, expectSignedIn } from './expect.ts'
import { forgetSession, openBrowser, openWorld, watch } from './stage.ts'

const always = { ...stepUpForWeb, conditions: undefined }
const world = await openWorld(t, { rules: [always], clients: { web2: { remember: '10m' } } })
const { web, web2, other, consenting, authsignal, clock } = world

/** Longer than a kept answer is good for, and shorter than the OP remembers its code. */
const tooLong = 50_000

t.beforeEach(() => {
  authsignal.control.setRules([always])
  clock.advance(10 * 60_000)
})

t.test(
  'prompt=none with a challenge due: interaction_required, and Authsignal is asked once a minute',
  async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const seen = watch(world)
    expectError(t, await startSignIn(browser, web, 'prompt=none'), web, 'interaction_required')
    expectError(t, await startSignIn(browser, web, 'prompt=none'), web, 'interaction_required')
    t.equal(seen.tracks(), 1)
    clock.advance(60_000)
    expectError(t, await startSignIn(browser, web, 'prompt=none'), web, 'interaction_required')
    t.equal(seen.tracks(), 2)
    t.same(seen.audit('released'), [])
    expectChallenge(t, world, await startSignIn(browser, web))
  },
)

t.test('prompt=none where nobody is signed in: the OP itself answers login_required', async (t) => {
  const seen = watch(world)
  expectError(t, await startSignIn(openBrowser(t), web, 'prompt=none'), web, 'login_required')
  t.equal(seen.tracks(), 0)
})

t.test(
  'prompt=none satisfied: by a remembered step-up, by the amr it gained, by rules that need none',
  async (t) => {
    const browser = openBrowser(t)
    await passChallenge(world, browser, await signIn(browser, web2, 'alice'))
    await expectSignedIn(t, browser, await startSignIn(browser, web2, 'prompt=none'), web2)
    authsignal.control.setRules([stepUpWithoutMfa])
    await expectSignedIn(t, browser, await startSignIn(browser, web, 'prompt=none'), web)
    authsignal.control.setRules([])
    clock.advance(60_000)
    await expectSignedIn(t, browser, await startSignIn(browser, web, 'prompt=none'), web)
  },
)

t.test('in a frame or by a script no challenge is shown: interaction_required', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  for (const headers of [
    { 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' },
    { 'sec-purpose': 'prefetch' },
  ]) {
    expectError(t, await startSignIn(browser, web, '', { headers }), web, 'interaction_required')
  }
})

t.test('prompt=login: a fresh login, and its answer is held', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const form = await startSignIn(browser, web, 'prompt=login')
  t.ok(isLoginPage(form), form.text)
  const seen = watch(world)
  const challenge = await logIn(browser, form, 'alice')
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  t.match(seen.audit('released'), [{ reason: 'kept_response' }])
})

for (const query of ['prompt=login', 'max_age=0']) {
  t.test(
    `${query} and a challenge that took too long: the login still counts, by a raised max_age`,
    async (t) => {
      const browser = openBrowser(t)
      await signIn(browser, other, 'alice')
      const challenge = await logIn(browser, await startSignIn(browser, web, query), 'alice')
      expectChallenge(t, world, challenge)
      clock.advance(tooLong)
      const seen = watch(world)
      const home = await passChallenge(world, browser, challenge)
      const { url = '' } = home.hops.find(({ url }) => url.includes('/connect/authorize')) ?? {}
      const driven = new URL(url).searchParams
      t.notOk(driven.has('prompt'))
      t.ok(Number(driven.get('max_age')) >= 50, driven.get('max_age') ?? 'no max_age')
      t.match(seen.audit('released'), [{ reason: 'pass' }])
      t.equal(seen.tracks(), 0)
      // The application that asked for max_age=0 judges by its own clock, which did not move.
      if (query === 'prompt=login') await expectSignedIn(t, browser, home, web)
    },
  )
}

t.test('a fresh login whose held code expired is driven again, with one challenge only', async (t) => {
  const browser = openBrowser(t)
  const seen = watch(world)
  const challenge = await signIn(browser, web, 'alice')
  clock.advance(55_000)
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  t.match(seen.audit('released'), [{ reason: 'pass' }])
  t.equal(seen.tracks(), 1)
})

t.test(
  'consent to offline_access is asked again with the request: else there is no refresh token',
  async (t) => {
    const browser = openBrowser(t)
    const login = await startSignIn(browser, web, 'scope=openid+offline_access&prompt=consent')
    const consent = (page: Page) => browser.submit(page, {}, { form: '/consent' })
    const challenge = await consent(await logIn(browser, login, 'alice'))
    expectChallenge(t, world, challenge)
    clock.advance(tooLong)
    const asked = await passChallenge(world, browser, challenge)
    await expectSignedIn(t, browser, await consent(asked), web)
    t.type(web.signIns.at(-1)?.tokens.refresh_token, 'string')
  },
)

t.test('the way back to the application asks for no consent', async (t) => {
  const browser = openBrowser(t)
  const login = await startSignIn(browser, web, 'scope=openid+offline_access&prompt=consent')
  const challenge = await browser.submit(await logIn(browser, login, 'alice'), {}, { form: '/consent' })
  const cancelled = await browser.click(challenge, 'Cancel')
  const back = await browser.click(cancelled, 'Back to the application')
  expectError(t, back, web, 'unmet_authentication_requirements')
})

t.test('a POST authorization request: held, and driven again as a GET', async (t) => {
  const browser = openBrowser(t)
  const login = await browser.submit(await startSignIn(browser, web, 'via=post'))
  const held = await logIn(browser, login, 'alice')
  await expectSignedIn(t, browser, await passChallenge(world, browser, held), web)
  const late = await browser.submit(await startSignIn(browser, web, 'via=post'))
  expectChallenge(t, world, late)
  clock.advance(tooLong)
  const home = await passChallenge(world, browser, late)
  await expectSignedIn(t, browser, home, web)
  t.equal(home.hops.filter(({ url }) => url.includes('/connect/authorize?')).length, 1)
})

t.test('a pushed authorization request: its answer is held like any other', async (t) => {
  const browser = openBrowser(t)
  const held = await signIn(browser, web, 'alice', 'via=par')
  expectChallenge(t, world, held)
  await expectSignedIn(t, browser, await passChallenge(world, browser, held), web)
})

t.test(
  'a pushed request that can be used once: when its code is too old, what was pushed is asked for',
  async (t) => {
    for (const query of ['via=par', 'via=par&response_mode=form_post']) {
      const browser = openBrowser(t)
      const seen = watch(world)
      const held = await signIn(browser, web, 'alice', query)
      expectChallenge(t, world, held)
      clock.advance(tooLong)
      const end = await passChallenge(world, browser, held)
      await expectSignedIn(t, browser, end.url.startsWith(web.url) ? end : await browser.submit(end), web)
      t.equal(seen.tracks(), 1, 'one challenge')
    }
  },
)

t.test('a pushed request that nobody knows any more', async (t) => {
  const request = { client_id: 'web', request_uri: 'urn:ietf:params:oauth:request_uri:long-gone' }
  const page = await openBrowser(t).navigate(
    `${world.publicUrl}/connect/authorize?${new URLSearchParams(request)}`,
  )
  expectPage(t, page, 410, /start the sign-in again/i)
})

t.test('consent in between: a fresh login, consent, then the challenge', async (t) => {
  const browser = openBrowser(t)
  const consent = await signIn(browser, consenting, 'bob')
  t.match(consent.text, /Give Photo prints access/)
  const challenge = await browser.submit(consent, {}, { form: '/consent' })
  expectChallenge(t, world, challenge)
  const home = await passChallenge(world, browser, challenge, 'user-bob')
  await expectSignedIn(t, browser, home, consenting, 'user-bob')
})

t.test('consent after the challenge: the pass waits for as long as a person reads', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const seen = watch(world)
  const consent = await passChallenge(world, browser, await startSignIn(browser, consenting))
  t.match(consent.text, /Give Photo prints access/)
  clock.advance(9 * 60_000)
  await expectSignedIn(t, browser, await browser.submit(consent, {}, { form: '/consent' }), consenting)
  t.match(seen.audit('released'), [{ reason: 'pass' }])
  t.equal(seen.tracks(), 1)
})

t.test('consent after the challenge, but far too late: verified once more', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'dave')
  const consent = await passChallenge(world, browser, await startSignIn(browser, consenting), 'user-dave')
  clock.advance(11 * 60_000)
  expectChallenge(t, world, await browser.submit(consent, {}, { form: '/consent' }))
})

t.test('the request is driven again twice at most, then the pass waits for a new start', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  let challenge = await startSignIn(browser, web)
  for (const username of ['bob', 'alice']) {
    await forgetSession(world, browser)
    const login = await browser.navigate(
      await authsignal.control.complete({ userId: userOf(challenge.text) }),
    )
    t.ok(isLoginPage(login), 'is driven again')
    challenge = await logIn(browser, login, username)
    expectChallenge(t, world, challenge)
    clock.advance(tooLong)
  }
  expectPage(t, await passChallenge(world, browser, challenge), 200, /You are verified/)
  await expectSignedIn(t, browser, await startSignIn(browser, web), web)
})

/** The hosted pages name whom they challenge behind their banner. */
const userOf = (text: string): string => `user-${/ nothing\. (\w+) /.exec(text)?.[1]}`

t.test('a request without state: held, or repeated', async (t) => {
  const browser = openBrowser(t)
  const url = authorizationUrl(world, web, { state: undefined })
  const held = await logIn(browser, await browser.navigate(url), 'alice')
  expectChallenge(t, world, held)
  const answer = await passChallenge(world, browser, held, 'user-alice', beforeApplication(web))
  t.ok(readAnswer(answer).has('code'))
  const early = await browser.navigate(url)
  expectChallenge(t, world, early)
  const seen = watch(world)
  const driven = await passChallenge(world, browser, early, 'user-alice', beforeApplication(web))
  t.ok(readAnswer(driven).has('code'))
  t.match(seen.audit('released'), [{ reason: 'pass' }])
  const another = authorizationUrl(world, web, { state: undefined, nonce: 'another' })
  t.ok(isChallenge(world, await browser.navigate(another)), 'the pass is spent')
})

t.test('requests without state in two tabs: each is repeated as it was asked', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const open = (nonce: string) => browser.navigate(authorizationUrl(world, web, { state: undefined, nonce }))
  await open('first')
  const challenge = await open('second')
  expectChallenge(t, world, challenge)
  const back = await findReturn(world, browser, challenge)
  const nonces = await Promise.all(
    [back, back].map(async (url) => {
      const { hops } = await browser.navigate(url, beforeApplication(web))
      const driven = hops.find((hop) => hop.url.includes('/connect/authorize'))?.url ?? ''
      return new URL(driven).searchParams.get('nonce')
    }),
  )
  t.same(nonces.sort(), ['first', 'second'])
})

t.test('a request without redirect_uri is answered at the only one that is registered', async (t) => {
  const browser = openBrowser(t)
  const url = authorizationUrl(world, web, { redirect_uri: undefined })
  const held = await logIn(browser, await browser.navigate(url), 'alice')
  expectChallenge(t, world, held)
  const answer = await passChallenge(world, browser, held, 'user-alice', beforeApplication(web))
  t.match(Object.fromEntries(readAnswer(answer)), { code: /./, state: 'the state' })
  const early = await browser.navigate(url)
  expectChallenge(t, world, early)
  const driven = await passChallenge(world, browser, early, 'user-alice', beforeApplication(web))
  t.match(Object.fromEntries(readAnswer(driven)), { code: /./, state: 'the state' })
})

t.test("a client's own codeLifetime counts: a code of 20 s is sent until 5 s before its end", async (t) => {
  const quick = await openWorld(t, {
    rules: [always],
    clients: { web: { codeLifetime: '20s' } },
  })
  for (const [wait, how] of [
    [14_000, 'kept_response'],
    [15_000, 'pass'],
  ] as const) {
    const browser = openBrowser(t)
    const seen = watch(quick)
    const challenge = await signIn(browser, quick.web, 'alice')
    quick.clock.advance(wait)
    await expectSignedIn(t, browser, await passChallenge(quick, browser, challenge), quick.web)
    t.match(seen.audit('released'), [{ reason: how }])
  }
})
