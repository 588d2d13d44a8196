import t from 'tap'
import { patientProbe } from '../attacks/frame/real-stage.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Page } from '../lab/browser.ts'
import { isLoginPage, logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'
import { expectChallenge, isChallenge, passChallenge } from './challenge.ts'
import { expectError, expectPage, expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

const minute = 60_000

/** How often a browser came back to the gateway with the OP's answer to its question. */
const countTrips = ({ hops }: Page): number =>
  hops.filter(({ url }) => new URL(url).pathname === '/step-up/probe').length

t.test('the browser asks the OP who its user is', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForWeb], probe: { by: 'browser', ...patientProbe } })
  const { web, web2, other, authsignal, publicUrl } = world
  t.beforeEach(() => {
    authsignal.control.setRules([stepUpForWeb])
    world.clock.advance(10 * minute)
  })

  t.test('after a login: the response waits, then the challenge', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const login = await startSignIn(browser, web)
    t.equal(countTrips(login), 0, 'a browser without a session has nothing to ask')
    const challenge = await logIn(browser, login, 'alice')
    t.equal(countTrips(challenge), 1)
    expectChallenge(t, world, challenge)
    t.equal(web.signIns.length, 0, 'no code has reached the application')
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.match(seen.audit('released'), [{ reason: 'kept_response' }])
    t.match(seen.audit('decision'), [{ leg: 'response', subject: 'user-alice' }])
  })

  t.test('a challenge that lasts longer than a code lives', async (t) => {
    const browser = openBrowser(t)
    const challenge = await signIn(browser, web, 'alice')
    world.clock.advance(2 * minute)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  })

  t.test('with a session at the OP: before there is a code', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const seen = watch(world)
    const challenge = await startSignIn(browser, web)
    expectChallenge(t, world, challenge)
    t.match(seen.audit('decision'), [{ leg: 'request', verdict: 'challenge' }])
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.match(seen.audit('released'), [{ reason: 'pass' }])
  })

  t.test('no screen where the rules ask for nothing', async (t) => {
    const browser = openBrowser(t)
    await expectSignedIn(t, browser, await signIn(browser, web2, 'alice'), web2)
    const again = await startSignIn(browser, web2)
    await expectSignedIn(t, browser, again, web2)
    t.equal(countTrips(again), 1, 'the answer to the request is that of its response')
  })

  t.test('who cancels returns to the application', async (t) => {
    const browser = openBrowser(t)
    const challenge = await signIn(browser, web, 'alice')
    const failed = await browser.click(challenge, 'Cancel')
    expectError(
      t,
      await browser.click(failed, 'Back to the application'),
      web,
      'unmet_authentication_requirements',
    )
  })

  t.test('a response by a page is kept like one in a redirect', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const challenge = await signIn(browser, web, 'alice', 'response_mode=form_post')
    expectChallenge(t, world, challenge)
    const posting = await passChallenge(world, browser, challenge)
    await expectSignedIn(t, browser, await browser.submit(posting), web)
    t.match(seen.audit('released'), [{ reason: 'kept_response' }])
    authsignal.control.setRules([])
    await expectSignedIn(
      t,
      browser,
      await browser.submit(await startSignIn(browser, web, 'response_mode=form_post')),
      web,
    )
  })

  t.test('a request by form, a login that is asked for, a pushed request', async (t) => {
    for (const query of ['via=post', 'prompt=login', 'via=par', 'max_age=3600']) {
      const browser = openBrowser(t)
      const start = async (): Promise<Page> => {
        const page = await startSignIn(browser, web, query)
        return page.url.startsWith(web.url) ? browser.submit(page) : page
      }
      const challenge = await logIn(browser, await start(), 'alice')
      expectChallenge(t, world, challenge)
      await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
      const again = await start()
      expectChallenge(t, world, isLoginPage(again) ? await logIn(browser, again, 'alice') : again)
    }
  })

  t.test('where no page can be shown, the OP is asked beside the browser', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    expectError(t, await startSignIn(browser, web, 'prompt=none'), web, 'interaction_required')
    const frame = { 'sec-fetch-dest': 'iframe' }
    expectError(t, await startSignIn(browser, web, '', { headers: frame }), web, 'interaction_required')
    authsignal.control.setRules([])
    world.clock.advance(2 * minute)
    await expectSignedIn(t, browser, await startSignIn(browser, web, 'prompt=none'), web)
  })

  t.test('another account in the same browser', async (t) => {
    const browser = openBrowser(t)
    authsignal.control.setRules([])
    await expectSignedIn(t, browser, await signIn(browser, web, 'alice'), web)
    const login = await startSignIn(browser, web, 'prompt=login')
    const change = await logIn(browser, login, 'bob')
    await expectSignedIn(t, browser, await browser.submit(change), web, 'user-bob')
  })

  t.test('ten at once', async (t) => {
    const names = ['alice', 'bob', 'alice', 'bob', 'dave', 'erin', 'alice', 'bob', 'dave', 'erin']
    authsignal.control.setRules([])
    await Promise.all(
      names.map(async (name) => {
        const browser = openBrowser(t)
        await signIn(browser, web, name)
        t.equal((await readClaims(browser, web))['sub'], `user-${name}`)
      }),
    )
  })

  t.test('the same answer once more, and one that nobody asked for', async (t) => {
    const browser = openBrowser(t)
    const page = await signIn(browser, web, 'alice')
    const trip = page.hops.find(({ url }) => new URL(url).pathname === '/step-up/probe')
    const again = await browser.navigate(trip?.url ?? '', { follow: false })
    t.equal(again.headers['location'], trip?.headers['location'], 'leads to the same place')
    expectPage(t, await browser.navigate(`${publicUrl}/step-up/probe?code=a&state=b`), 410, /expired/i)
    expectPage(t, await browser.navigate(`${publicUrl}/step-up/probe`), 410, /expired/i)
  })

  t.test('a question that the OP answers with an error: the client learns of it', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const login = await startSignIn(browser, web)
    const stopBefore = ({ pathname }: URL) => pathname === '/step-up/probe'
    const filled = { username: 'alice', password: 'alice' }
    const asked = await browser.submit(login, filled, { form: '/login', stopBefore })
    const back = new URL(String(asked.headers['location']), publicUrl)
    back.searchParams.delete('code')
    back.searchParams.set('error', 'temporarily_unavailable')
    expectError(t, await browser.navigate(back), web, 'server_error')
    t.match(seen.audit('unknown_user'), [{ reason: 'temporarily_unavailable' }])
  })

  t.test('a response that waited too long: its request is repeated', async (t) => {
    const browser = openBrowser(t)
    const login = await startSignIn(browser, web)
    const stopBefore = ({ pathname }: URL) => pathname === '/step-up/probe'
    const filled = { username: 'alice', password: 'alice' }
    const asked = await browser.submit(login, filled, { form: '/login', stopBefore })
    world.clock.advance(minute)
    const challenge = await browser.navigate(new URL(String(asked.headers['location']), publicUrl))
    expectChallenge(t, world, challenge)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  })
})

t.test('an OP that asks consent for the gateway itself: once, in the browser', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpForWeb],
    probe: { by: 'browser' },
    probeClient: { consent: true },
  })
  const { web } = world
  const browser = openBrowser(t)
  const consent = await signIn(browser, web, 'alice')
  t.match(consent.text, /Step-up gateway/, 'the consent page of the gateway’s own client')
  const challenge = await browser.submit(consent, {}, { form: '/consent' })
  expectChallenge(t, world, challenge)
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  t.ok(isChallenge(world, await startSignIn(browser, web)), 'and not again')
})

t.test('monitor sends no browser anywhere, and all unlisted clients are protected', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpForWeb],
    probe: { by: 'browser' },
    config: { defaults: { mode: 'enforce' } },
    clients: { web: { mode: 'monitor' } },
  })
  const { web, other } = world
  const browser = openBrowser(t)
  const seen = watch(world)
  const page = await signIn(browser, web, 'alice')
  await expectSignedIn(t, browser, page, web)
  t.equal(countTrips(page), 0)
  t.match(seen.audit('decision'), [{ mode: 'monitor', verdict: 'challenge' }])
  const unlisted = await startSignIn(browser, other)
  t.equal(countTrips(unlisted), 1, 'the gateway’s own client is none of those that are protected')
  await expectSignedIn(t, browser, unlisted, other)
})

t.test('pages that are protected, and the page of passkeys', async (t) => {
  const world = await openWorld(t, {
    rules: [{ ...stepUpForWeb, conditions: undefined }],
    probe: { by: 'browser', ...patientProbe },
    provider: { renewsSession: true },
    config: {
      protectedPaths: [{ path: '/account' }, { path: '/watched', mode: 'monitor' }],
      passkeys: { tenantId: 'lab' },
    },
  })
  const { other, publicUrl, clock } = world
  const account = `${publicUrl}/account`
  t.beforeEach(() => clock.advance(10 * minute))

  t.test('a page', async (t) => {
    const browser = openBrowser(t)
    t.equal((await browser.navigate(account)).status, 403, 'nobody is signed in: the OP answers')
    await signIn(browser, other, 'alice')
    const challenge = await browser.navigate(account)
    expectChallenge(t, world, challenge)
    t.equal(countTrips(challenge), 1)
    const page = await passChallenge(world, browser, challenge)
    t.match([page.status, page.url], [200, account])
    t.equal(countTrips(page), 0, 'the answer counts for this session for a while')
    const script = await browser.get(account, { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' })
    t.equal(script.status, 200, 'for scripts too')
    clock.advance(6 * minute)
    t.equal(countTrips(await browser.navigate(account)), 1, 'then it is asked again')
    t.equal((await browser.navigate(`${publicUrl}/watched`)).status, 404)
  })

  t.test('a form is not kept: it is asked for once more', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    await passChallenge(world, browser, await browser.navigate(account))
    clock.advance(6 * minute)
    const headers = { referer: account }
    const held = await browser.post(account, { name: 'Alice' }, { from: account, headers })
    expectPage(t, held, 403, /not/i)
    const page = await browser.click(held, 'Continue to verification')
    t.match([page.status, page.url], [200, account])
    t.equal((await browser.post(account, { name: 'Alice A' }, { from: account })).status, 200)
    clock.advance(6 * minute)
    expectPage(
      t,
      await browser.post(account, { name: 'A' }, { from: account }),
      410,
      /start the sign-in again/i,
    )
  })

  t.test('passkeys', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const challenge = await browser.navigate(`${publicUrl}/step-up/passkeys`)
    expectChallenge(t, world, challenge)
    const page = await passChallenge(world, browser, challenge)
    t.match([page.status, page.url], [200, `${publicUrl}/step-up/passkeys`])
  })

  t.test('signed out', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    await passChallenge(world, browser, await browser.navigate(account))
    const seen = watch(world)
    await browser.navigate(`${publicUrl}/connect/logout`)
    t.same(seen.audit('signed_out'), [], 'a question changes nothing')
    const asked = await browser.navigate(`${other.url}/logout?everywhere=1`)
    if (/sign out/i.test(asked.text)) await browser.submit(asked)
    t.match(seen.audit('signed_out'), [{ channel: 'front_channel' }])
  })
})
