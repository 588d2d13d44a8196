import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser } from '../lab/browser.ts'
import { logIn, signIn, startSignIn } from '../lab/people.ts'
import { authorizationUrl } from './authorization.ts'
import { expectChallenge, findReturn, passChallenge } from './challenge.ts'
import { expectError, expectPage, expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

const world = await openWorld(t, {
  rules: [{ ...stepUpForWeb, conditions: undefined }],
  authsignal: { timeout: '3s' },
})
const { web, web2, other, authsignal } = world
const { control } = authsignal

t.beforeEach(() => {
  control.cancelWithoutToken = false
  world.clock.advance(10 * 60_000)
})

const error = 'unmet_authentication_requirements'

/** The two ways into a challenge: the OP has answered already, or has not been asked. */
const ways = [
  { name: 'after a fresh login', start: (browser: Browser) => signIn(browser, web, 'alice') },
  {
    name: 'with a session at the OP',
    async start(browser: Browser) {
      await signIn(browser, other, 'alice')
      return startSignIn(browser, web)
    },
  },
]

for (const { name, start } of ways) {
  for (const how of ['with a token', 'without a token']) {
    t.test(`cancelled ${how}, ${name}: a page, and trying again works`, async (t) => {
      control.cancelWithoutToken = how === 'without a token'
      const browser = openBrowser(t)
      const seen = watch(world)
      const page = await browser.click(await start(browser), 'Cancel')
      expectPage(t, page, 403, /You left the verification/)
      t.match(seen.audit('step_up'), [{ reason: 'cancelled' }])
      const again = await browser.click(page, 'Try again')
      expectChallenge(t, world, again)
      await expectSignedIn(t, browser, await passChallenge(world, browser, again), web)
    })
  }

  t.test(`cancelled ${name}: back at the application, which gets its error`, async (t) => {
    const browser = openBrowser(t)
    const page = await browser.click(await start(browser), 'Cancel')
    const seen = watch(world)
    const back = await browser.click(page, 'Back to the application')
    expectError(t, back, web, error)
    t.ok(new URL(back.url).searchParams.get('error_description'), 'and what its developer reads')
    t.equal(seen.tracks(), 0)
    t.same(seen.audit('released'), [])
    expectChallenge(t, world, await startSignIn(browser, web))
  })

  t.test(`a reload of the return ${name} repeats the outcome for a minute`, async (t) => {
    const browser = openBrowser(t)
    const back = await findReturn(world, browser, await start(browser))
    const seen = watch(world)
    const validations = control.validations.length
    const first = await browser.get(back)
    t.equal(first.status, 303)
    const second = await browser.get(back)
    t.equal(second.headers['location'], first.headers['location'])
    t.equal(control.validations.length, validations + 1)
    await expectSignedIn(t, browser, await browser.navigate(back), web)
    world.clock.advance(60_000)
    expectPage(t, await browser.navigate(back), 410, /already been used/)
    t.match(seen.audit('step_up'), [{ reason: 'passed' }])
  })

  t.test(`the return twice at the same time ${name}: one validation, one outcome`, async (t) => {
    const browser = openBrowser(t)
    const back = await findReturn(world, browser, await start(browser))
    const validations = control.validations.length
    const pages = await Promise.all([browser.get(back), browser.get(back), browser.get(back)])
    t.equal(new Set(pages.map(({ headers }) => headers['location'])).size, 1)
    t.same(
      pages.map(({ status }) => status),
      [303, 303, 303],
    )
    t.equal(control.validations.length, validations + 1)
    await expectSignedIn(t, browser, await browser.navigate(back), web)
  })

  t.test(`trying again with a double click ${name} leads to one new challenge`, async (t) => {
    const browser = openBrowser(t)
    const page = await browser.click(await start(browser), 'Cancel')
    const retry = browser.link(page, 'Try again')
    const seen = watch(world)
    const [one, two] = await Promise.all([browser.get(retry), browser.get(retry)])
    t.equal(one.status, 303)
    t.equal(two.headers['location'], one.headers['location'])
    t.equal(seen.tracks(), 1)
    const challenge = await browser.navigate(retry)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  })
}

t.test('who leaves the enrolment is told so, and may try again', async (t) => {
  const browser = openBrowser(t)
  const page = await browser.click(await signIn(browser, web, 'carol'), 'Cancel')
  expectPage(t, page, 403, /You left the verification/)
  const again = await browser.click(page, 'Try again')
  expectChallenge(t, world, again)
  t.match(again.text, /Set up an authenticator app/)
})

t.test('a cancelled return that is reloaded shows the same page', async (t) => {
  const browser = openBrowser(t)
  const back = await findReturn(world, browser, await signIn(browser, web, 'alice'), 'cancel')
  expectPage(t, await browser.navigate(back), 403, /You left the verification/)
  expectPage(t, await browser.navigate(back), 403, /You left the verification/)
})

t.test('back to the application twice is an error twice, and never a code', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const page = await browser.click(await startSignIn(browser, web), 'Cancel')
  const visit = { stopBefore: (url: URL) => url.href.startsWith(web.redirectUri) }
  for (let click = 0; click < 2; click++) {
    const { headers } = await browser.click(page, 'Back to the application', visit)
    const location = new URL(String(headers['location']))
    t.equal(location.searchParams.get('error'), error)
    t.notOk(location.searchParams.has('code'))
  }
})

t.test('the ways on are for a step-up that did not succeed, and for its own browser', async (t) => {
  const browser = openBrowser(t)
  const challenge = await signIn(browser, web, 'alice')
  const ours = challenge.hops.find(({ url }) => url.startsWith(`${world.publicUrl}/step-up/challenge/`))
  const [retry, back] = ['retry', 'back'].map((way) => String(ours?.url).replace('/challenge/', `/${way}/`))
  const visit = (url = '', who = browser) => who.navigate(url, { from: world.publicUrl })
  for (const url of [retry, back]) {
    expectPage(t, await visit(url), 410, /already been used/)
    expectPage(t, await visit(url, openBrowser(t)), 400, /in the browser where you started/)
  }
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  expectPage(t, await visit(back), 410, /already been used/)
})

t.test('trying again needs no challenge any more, and the request can not be repeated', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  // Longer than what is kept to be repeated.
  const url = authorizationUrl(world, web, { login_hint: 'x'.repeat(14 * 1024) })
  const page = await browser.click(await browser.navigate(url), 'Cancel')
  control.setRules([])
  const seen = watch(world)
  const ended = await browser.click(page, 'Try again')
  control.setRules([{ ...stepUpForWeb, conditions: undefined }])
  expectPage(t, ended, 410, /start the sign-in again/)
  t.same(seen.audit('released'), [])
  t.same(seen.atOp(), [], 'nothing reaches the OP')
})

t.test('a return that waits for another one is refused when the step-up ends meanwhile', async (t) => {
  const browser = openBrowser(t)
  const back = await findReturn(world, browser, await signIn(browser, web, 'alice'))
  control.fault('validate', 'timeout')
  const first = browser.navigate(back)
  await sleep(500)
  const second = browser.navigate(back)
  await sleep(500)
  world.clock.advance(12 * 60_000)
  expectPage(t, await second, 410, /already been used/)
  expectPage(t, await first, 503, /not available right now/)
})

t.test('trying again later than the step-up lives is refused', async (t) => {
  const browser = openBrowser(t)
  const page = await browser.click(await signIn(browser, web, 'alice'), 'Cancel')
  world.clock.advance(12 * 60_000)
  expectPage(t, await browser.click(page, 'Try again'), 410, /took too long/)
  expectPage(t, await browser.click(page, 'Back to the application'), 410, /took too long/)
})

t.test('trying again when the rules need no challenge any more goes straight on', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const page = await browser.click(await startSignIn(browser, web), 'Cancel')
  control.setRules([])
  const home = await browser.click(page, 'Try again')
  control.setRules([{ ...stepUpForWeb, conditions: undefined }])
  await expectSignedIn(t, browser, home, web)
})

t.test(
  'trying again when the rules block by now is a refusal, and the application learns of it',
  async (t) => {
    const browser = openBrowser(t)
    const page = await browser.click(await signIn(browser, web, 'alice'), 'Cancel')
    control.setRules([{ ...stepUpForWeb, conditions: undefined, type: 'BLOCK' }])
    const denied = await browser.click(page, 'Try again')
    control.setRules([{ ...stepUpForWeb, conditions: undefined }])
    expectPage(t, denied, 403, /not allowed/)
    expectError(t, await browser.click(denied, 'Back to the application'), web, error)
  },
)

t.test('two tabs of one client both finish with one challenge', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const seen = watch(world)
  const first = await startSignIn(browser, web)
  const second = await startSignIn(browser, web)
  expectChallenge(t, world, second)
  t.equal(seen.tracks(), 1)
  await expectSignedIn(t, browser, await passChallenge(world, browser, second), web)
  const signIns = web.signIns.length
  await expectSignedIn(t, browser, await browser.navigate(first.url), web)
  t.equal(web.signIns.length, signIns + 1, 'the other tab has signed in too')
  t.equal(seen.tracks(), 1)
  t.equal(seen.audit('step_up').length, 1)
})

t.test('two tabs that began before the login, the second of which is still at its form', async (t) => {
  const browser = openBrowser(t)
  const first = await startSignIn(browser, web)
  const second = await startSignIn(browser, web)
  const challenge = await logIn(browser, second, 'alice')
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  const again = await logIn(browser, first, 'alice')
  expectChallenge(t, world, again)
  await expectSignedIn(t, browser, await passChallenge(world, browser, again), web)
})

t.test('two clients crossing: each finishes its own step-up, in either order', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const one = await startSignIn(browser, web)
  const two = await startSignIn(browser, web2)
  expectChallenge(t, world, two)
  await expectSignedIn(t, browser, await passChallenge(world, browser, one), web)
  await expectSignedIn(t, browser, await passChallenge(world, browser, two), web2)
})

t.test('a pass of one client is none for another', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const back = await findReturn(world, browser, await startSignIn(browser, web))
  await browser.get(back)
  expectChallenge(t, world, await startSignIn(browser, web2))
})

t.test('the back button after a sign-in leads to no second challenge and to no second step-up', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const challenge = await startSignIn(browser, web)
  const ours = challenge.hops.find(({ url }) => url.startsWith(`${world.publicUrl}/step-up/challenge/`))
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  const seen = watch(world)
  for (const url of [ours?.url ?? '', challenge.url]) {
    const page = await browser.navigate(url)
    expectPage(t, page, 410, /You are verified already/)
    t.ok(page.url.startsWith(`${world.publicUrl}/step-up/`), 'no error of the application')
  }
  expectPage(t, await openBrowser(t).navigate(ours?.url ?? ''), 400, /browser where you started/)
  t.equal(seen.tracks(), 0)
  t.same(seen.audit('step_up'), [])
})

t.test('the back button before the sign-in has arrived leads there', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const challenge = await startSignIn(browser, web)
  await browser.get(await findReturn(world, browser, challenge))
  await expectSignedIn(t, browser, await browser.navigate(challenge.url), web)
})

t.test('the back button after a challenge that was left shows the ways on again', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const challenge = await startSignIn(browser, web)
  const ours = challenge.hops.find(({ url }) => url.startsWith(`${world.publicUrl}/step-up/challenge/`))
  await browser.click(challenge, 'Cancel')
  const page = await browser.navigate(ours?.url ?? '')
  expectPage(t, page, 403, /You left the verification/)
  expectChallenge(t, world, await browser.click(page, 'Try again'))
})

t.test('a second request after the pass is spent is a new need', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  await passChallenge(world, browser, await startSignIn(browser, web))
  expectChallenge(t, world, await startSignIn(browser, web))
})

t.test('a wider scope is another need', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const seen = watch(world)
  await startSignIn(browser, web, 'scope=openid')
  await startSignIn(browser, web, 'scope=openid+email')
  t.equal(seen.tracks(), 2)
})
