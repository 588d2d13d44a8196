import t from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { authorizationUrl } from './authorization.ts'
import { expectChallenge, findReturn, passChallenge } from './challenge.ts'
import { expectPage, expectSignedIn } from './expect.ts'
import { openBrowser, openWorld } from './stage.ts'
import { interceptCode, redeem } from './token-request.ts'

const always = { ...stepUpForWeb, conditions: undefined }

t.test('pages that stop somebody', async (t) => {
  const world = await openWorld(t, { rules: [always], provider: { closedPaths: ['/closed'] } })
  const { web, publicUrl } = world

  const visits: Record<string, readonly [status: number, visit: (browser: Browser) => Promise<Page>]> = {
    'a path that is not ours': [404, (browser) => browser.navigate(`${publicUrl}/step-up/unknown`)],
    'a closed path': [404, (browser) => browser.navigate(`${publicUrl}/closed`)],
    'a step-up that nobody knows': [
      410,
      (browser) => browser.navigate(`${publicUrl}/step-up/challenge/unknown`),
    ],
    'a form on our own page': [405, (browser) => browser.post(`${publicUrl}/step-up/challenge/unknown`, {})],
    'parameters that contradict each other': [
      400,
      (browser) => browser.navigate(`${authorizationUrl(world, web)}&client_id=other`),
    ],
    'two sessions in one browser': [
      400,
      (browser) => browser.get(authorizationUrl(world, web), { cookie: '_session=one; _session=two' }),
    ],
    'a form that is too large': [
      413,
      (browser) => browser.post(`${publicUrl}/connect/authorize`, { padding: 'x'.repeat(1024 * 1024) }),
    ],
    'a cancelled challenge': [
      403,
      async (browser) => browser.click(await signIn(browser, web, 'alice'), 'Cancel'),
    ],
    'a return in another browser': [
      400,
      async (browser) =>
        openBrowser(t).navigate(await findReturn(world, browser, await signIn(browser, web, 'alice'))),
    ],
    'a challenge that failed': [
      403,
      async (browser) => {
        const challenge = await signIn(browser, web, 'alice')
        world.authsignal.control.fault('validate', { patch: { isValid: false } })
        return passChallenge(world, browser, challenge)
      },
    ],
    'a challenge that could not be confirmed': [
      503,
      async (browser) => {
        const challenge = await signIn(browser, web, 'alice')
        world.authsignal.control.fault('validate', '500')
        return passChallenge(world, browser, challenge)
      },
    ],
  }
  for (const [name, [status, visit]] of Object.entries(visits)) {
    t.test(`${name}: a page whose support id finds a log line`, async (t) => {
      const page = await visit(openBrowser(t))
      expectPage(t, page, status, /./)
      const [supportId] = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(page.text) ?? []
      const lines = world.log.map((line) => JSON.parse(line)).filter((line) => line.support_id === supportId)
      t.not(lines.length, 0, 'there is a log line with the support id')
      t.match(page.headers, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': /default-src 'none'/,
        'referrer-policy': 'no-referrer',
      })
      t.notMatch(page.body, /<script|https?:\/\/|Error:|\n +at /, 'no script, no address, no internals')
      t.match(page.body, /<html lang="en" dir="ltr">[\s\S]*<title>[^<]+<\/title>[\s\S]*<h1>/)
      if (status === 503) t.match(page.headers['retry-after'], /^\d+$/)
    })
  }

  t.test('where a client reads the answer it is JSON', async (t) => {
    const page = await openBrowser(t).post(`${publicUrl}/connect/token`, {
      grant_type: 'a',
      padding: 'x'.repeat(1024 * 1024),
    })
    t.equal(page.status, 413)
    t.match(JSON.parse(page.body), { error: 'invalid_request', error_description: /./ })
  })
})

t.test('the store is down', async (t) => {
  const memory = createMemoryStore(Date.now)
  let isDown = false
  const unlessDown = <Answer>(answer: () => Promise<Answer>): Promise<Answer> =>
    isDown ? Promise.reject(new Error('the store is down')) : answer()
  const store: Store = {
    get: (...how) => unlessDown(() => memory.get(...how)),
    set: (...how) => unlessDown(() => memory.set(...how)),
    add: (...how) => unlessDown(() => memory.add(...how)),
    replace: (...how) => unlessDown(() => memory.replace(...how)),
    close: () => memory.close(),
  }
  const world = await openWorld(t, { rules: [always], store, clients: { web2: { mode: 'monitor' } } })
  const { web, web2, other } = world
  t.beforeEach(() => {
    isDown = false
  })

  t.test(
    'a protected client gets no further: 503 with Retry-After, and works again afterwards',
    async (t) => {
      const browser = openBrowser(t)
      await signIn(browser, other, 'alice')
      isDown = true
      const page = await startSignIn(browser, web)
      expectPage(t, page, 503, /not available right now/)
      t.match(page.headers['retry-after'], /^\d+$/)
      isDown = false
      await expectSignedIn(
        t,
        browser,
        await passChallenge(world, browser, await startSignIn(browser, web)),
        web,
      )
    },
  )

  t.test('no code of a protected client is released by a login that began before', async (t) => {
    const browser = openBrowser(t)
    const login = await startSignIn(browser, web)
    isDown = true
    const page = await browser.submit(login, { username: 'alice', password: 'alice' }, { form: '/login' })
    expectPage(t, page, 503, /not available right now/)
    t.notOk(page.headers['location'])
  })

  t.test('a protected client redeems nothing: 503 with Retry-After', async (t) => {
    const browser = openBrowser(t)
    world.authsignal.control.setRules([])
    await signIn(browser, other, 'alice')
    const code = await interceptCode(world, browser, web)
    world.authsignal.control.setRules([always])
    isDown = true
    const page = await redeem(world, browser, web, code)
    t.equal(page.status, 503)
    t.match(page.headers['retry-after'], /^\d+$/)
    t.equal(JSON.parse(page.body).error, 'temporarily_unavailable')
    isDown = false
    t.equal((await redeem(world, browser, web, code)).status, 200)
  })

  t.test('a return from a challenge can be repeated when the store is back', async (t) => {
    const browser = openBrowser(t)
    const challenge = await signIn(browser, web, 'alice')
    expectChallenge(t, world, challenge)
    const back = await findReturn(world, browser, challenge)
    isDown = true
    expectPage(t, await browser.navigate(back), 503, /not available right now/)
    isDown = false
    await expectSignedIn(t, browser, await browser.navigate(back), web)
  })

  t.test('unprotected and watched clients keep working', async (t) => {
    isDown = true
    for (const rp of [other, web2]) {
      const browser = openBrowser(t)
      await expectSignedIn(t, browser, await signIn(browser, rp, 'alice'), rp)
      await expectSignedIn(t, browser, await startSignIn(browser, rp), rp)
    }
  })
})

t.test('a page is in the language that the application asks for', async (t) => {
  const world = await openWorld(t, { rules: [always] })
  const browser = openBrowser(t)
  const challenge = await signIn(browser, world.web, 'alice', 'ui_locales=de-AT')
  const left = await browser.click(challenge, 'Cancel')
  expectPage(t, left, 403, /Sie haben die Bestätigung abgebrochen/)
  t.equal(left.headers['content-language'], 'de')
})
