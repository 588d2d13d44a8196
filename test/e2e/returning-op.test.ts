import t, { type Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser } from '../lab/browser.ts'
import { logIn, startSignIn } from '../lab/people.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectPage, expectSignedIn } from './expect.ts'
import { startReturningOp } from './returning-op.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

const always = { ...stepUpForWeb, conditions: undefined }

/** Longer than a kept answer is good for. */
const tooLong = 50_000

t.test('an OP whose login page leads to a second authorization path', async (t) => {
  const op = await startReturningOp(t)
  const world = await openWorld(t, {
    rules: [always],
    upstreamUrl: op.url,
    provider: { authorizePaths: ['/connect/authorize/callback'] },
  })
  const { web } = world
  const advance = (ms: number) => {
    world.clock.advance(ms)
    op.clock.advance(ms)
  }

  for (const [query, fraction] of [
    ['prompt=login', 0],
    ['prompt=login', 350],
    ['prompt=login', 700],
    ['max_age=0', 0],
  ] as const) {
    await t.test(
      `${query}: one password and one challenge, also when the code is too old by then`,
      async (t) => {
        const browser = openBrowser(t)
        const seen = watch(world)
        const began = Date.now()
        const login = await startSignIn(browser, web, query)
        advance(20_000 + fraction)
        op.logins.length = 0
        const challenge = await logIn(browser, login, 'alice')
        expectChallenge(t, world, challenge)
        advance(tooLong)
        const home = await passChallenge(world, browser, challenge)
        t.same(op.logins, ['alice'])
        t.equal(seen.tracks(), 1)
        t.match(seen.audit('released'), [{ reason: 'pass' }])
        const driven = home.hops.findLast(({ url }) => url.includes('/connect/authorize'))?.url ?? ''
        const maxAge = Number(new URL(driven).searchParams.get('max_age'))
        const passed = Math.ceil((Date.now() - began) / 1000)
        t.ok(maxAge >= 75 && maxAge <= 77 + passed, `${maxAge} s since the application asked`)
        // The application that asked for max_age=0 judges by its own clock, which did not move.
        if (query === 'prompt=login') await expectSignedIn(t, browser, home, web)
      },
    )
  }

  await t.test('a login from before the request does not count', async (t) => {
    const browser = openBrowser(t)
    const first = await logIn(browser, await startSignIn(browser, web, 'prompt=login'), 'alice')
    await passChallenge(world, browser, first)
    const before = await browser.jar.getCookieString(world.publicUrl)
    advance(60_000)
    const challenge = await logIn(browser, await startSignIn(browser, web, 'prompt=login'), 'alice')
    expectChallenge(t, world, challenge)
    advance(tooLong)
    const [session = ''] = before.split('; ').filter((cookie) => cookie.startsWith('_session='))
    await browser.jar.setCookie(`${session}; Path=/`, world.publicUrl)
    const end = await passChallenge(world, browser, challenge)
    t.match(end.url, `${world.publicUrl}/login?`, 'the password is asked for')
  })
})

t.test('an OP that keeps the parameters, while every client is enforced', async (t) => {
  const op = await startReturningOp(t)
  op.keepsRequests = true
  const world = await openWorld(t, {
    rules: [always],
    upstreamUrl: op.url,
    provider: { authorizePaths: ['/connect/authorize/callback'] },
    config: { defaults: { mode: 'enforce' } },
  })
  const { web, other, publicUrl } = world

  for (const rp of [web, other]) {
    for (const query of ['', 'prompt=login']) {
      await t.test(`${rp.clientId} ${query}: the request is known by its browser`, async (t) => {
        const browser = openBrowser(t)
        const seen = watch(world)
        const challenge = await logIn(browser, await startSignIn(browser, rp, query), 'alice')
        expectChallenge(t, world, challenge)
        await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), rp)
        t.match(seen.audit('decision'), [{ client_id: rp.clientId, reason: 'challenge_required' }])
        t.match(seen.audit('released'), [{ client_id: rp.clientId, reason: 'kept_response' }])
        t.equal(seen.tracks(), 1)
      })
    }
  }

  await t.test('what another browser asked for', async (t) => {
    for (const [rp, isListed] of [
      [web, true],
      [other, false],
    ] as const) {
      const login = await startSignIn(openBrowser(t), rp)
      const returnUrl = new URL(login.url).searchParams.get('ReturnUrl') ?? ''
      const browser = openBrowser(t)
      await logIn(browser, await browser.navigate(`${publicUrl}/login?ReturnUrl=/`), 'bob')
      world.authsignal.control.setRules([])
      const seen = watch(world)
      const end = await browser.navigate(`${publicUrl}${returnUrl}`)
      t.same(seen.audit('released'), [], `no code leaves for ${rp.clientId}`)
      if (isListed) t.match(seen.audit('decision'), [{ reason: 'request_unknown' }])
      else expectPage(t, end, 410, /start the sign-in again/i)
      world.authsignal.control.setRules([always])
    }
  })
})

t.test('an OP that renews its session in the answer', async (t) => {
  const op = await startReturningOp(t)
  const world = await openWorld(t, {
    rules: [always],
    upstreamUrl: op.url,
    provider: { authorizePaths: ['/connect/authorize/callback'] },
    clients: { web2: { remember: '10m' } },
  })
  const { web, web2, other } = world
  const advance = (ms: number) => {
    world.clock.advance(ms)
    op.clock.advance(ms)
  }
  t.beforeEach(() => {
    op.renewsSessions = false
    world.authsignal.control.setRules([always])
    advance(10 * 60_000)
  })

  async function openSignedIn(t: Test): Promise<Browser> {
    const browser = openBrowser(t)
    await expectSignedIn(t, browser, await logIn(browser, await startSignIn(browser, other), 'alice'), other)
    return browser
  }

  await t.test('a challenge before it: one is enough, and the tokens pass', async (t) => {
    const browser = await openSignedIn(t)
    const seen = watch(world)
    const challenge = await startSignIn(browser, web)
    expectChallenge(t, world, challenge)
    advance(60_000)
    op.renewsSessions = true
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.equal(seen.tracks(), 1)
    t.match(seen.audit('released'), [{ reason: 'pass' }])
    t.same(seen.audit('security'), [])
  })

  for (const [how, wait] of [
    ['early', 0],
    ['early', tooLong],
    ['prompt=login', tooLong],
    ['max_age=0', tooLong],
  ] as const) {
    await t.test(
      `a session that is renewed during the challenge, ${how}, ${wait} ms: one challenge`,
      async (t) => {
        const browser = await openSignedIn(t)
        const seen = watch(world)
        const start = await startSignIn(browser, web, how === 'early' ? '' : how)
        op.logins.length = 0
        const challenge = how === 'early' ? start : await logIn(browser, start, 'alice')
        expectChallenge(t, world, challenge)
        advance(wait)
        op.renewsSessions = true
        await browser.navigate(`${world.publicUrl}/account`)
        advance(2000)
        await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
        t.equal(op.logins.length, how === 'early' ? 0 : 1, 'one password')
        t.equal(seen.tracks(), 1, 'one challenge')
        t.same(seen.audit('security'), [], 'and the tokens pass')
      },
    )
  }

  await t.test('a request that is not decided early: the tokens of either time pass', async (t) => {
    const browser = await openSignedIn(t)
    world.authsignal.control.setRules([])
    const seen = watch(world)
    advance(60_000)
    op.renewsSessions = true
    await expectSignedIn(t, browser, await startSignIn(browser, web, 'max_age=3600'), web)
    t.equal(seen.tracks(), 1)
    t.same(seen.audit('security'), [])
  })

  await t.test('what was shown before is remembered after it', async (t) => {
    const browser = await openSignedIn(t)
    await expectSignedIn(
      t,
      browser,
      await passChallenge(world, browser, await startSignIn(browser, web2)),
      web2,
    )
    const seen = watch(world)
    for (const renewsSessions of [true, true, false]) {
      advance(60_000)
      op.renewsSessions = renewsSessions
      await expectSignedIn(t, browser, await startSignIn(browser, web2), web2)
    }
    t.equal(seen.tracks(), 0)
    t.match(seen.audit('released'), [{ reason: 'proof' }, { reason: 'proof' }, { reason: 'proof' }])
  })

  await t.test('where nothing has to be shown Authsignal is asked once', async (t) => {
    const browser = await openSignedIn(t)
    world.authsignal.control.setRules([])
    const seen = watch(world)
    advance(60_000)
    op.renewsSessions = true
    await expectSignedIn(t, browser, await startSignIn(browser, web), web)
    t.equal(seen.tracks(), 1)
  })

  await t.test('so is one whose session begins in the answer', async (t) => {
    const browser = await openSignedIn(t)
    const first = await passChallenge(world, browser, await startSignIn(browser, web2))
    await expectSignedIn(t, browser, first, web2)
    advance(400_000)
    op.verifiesLogins = true
    const seen = watch(world)
    const challenge = await logIn(browser, await startSignIn(browser, web2, 'max_age=300'), 'alice')
    expectChallenge(t, world, challenge)
    t.equal(seen.tracks(), 1)
    op.verifiesLogins = false
  })

  await t.test('another login of the same user is a new session', async (t) => {
    const browser = await openSignedIn(t)
    const first = await passChallenge(world, browser, await startSignIn(browser, web2))
    await expectSignedIn(t, browser, first, web2)
    advance(60_000)
    const seen = watch(world)
    const challenge = await logIn(browser, await startSignIn(browser, web2, 'prompt=login'), 'alice')
    expectChallenge(t, world, challenge)
    t.equal(seen.tracks(), 1)
  })
})

t.test('an OP that sends each request on to itself with a request URI of its own', async (t) => {
  const op = await startReturningOp(t)
  op.cachesRequests = true
  const world = await openWorld(t, { rules: [always], upstreamUrl: op.url })
  const { web, other, publicUrl } = world
  const advance = (ms: number) => {
    world.clock.advance(ms)
    op.clock.advance(ms)
  }

  await t.test('a client that is off', async (t) => {
    const browser = openBrowser(t)
    await expectSignedIn(t, browser, await logIn(browser, await startSignIn(browser, other), 'alice'), other)
  })

  for (const [query, wait] of [
    ['', 0],
    ['', tooLong],
    ['prompt=login', tooLong],
    ['via=post', 0],
  ] as const) {
    await t.test(`a protected client, ${query} after ${wait} ms: one password, one challenge`, async (t) => {
      const browser = openBrowser(t)
      op.logins.length = 0
      const seen = watch(world)
      const start = await startSignIn(browser, web, query)
      const login = query === 'via=post' ? await browser.submit(start) : start
      const challenge = await logIn(browser, login, 'alice')
      expectChallenge(t, world, challenge)
      advance(wait)
      await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
      t.same(op.logins, ['alice'])
      t.equal(seen.tracks(), 1)
      t.match(seen.audit('released'), [{ reason: 'pass' }])
    })
  }

  await t.test('a user who is signed in: the probe follows, and the challenge comes first', async (t) => {
    const browser = openBrowser(t)
    await logIn(browser, await startSignIn(browser, other), 'alice')
    const seen = watch(world)
    const challenge = await startSignIn(browser, web)
    expectChallenge(t, world, challenge)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.match(seen.audit('released'), [{ reason: 'pass' }])
    t.equal(seen.tracks(), 1)
    world.authsignal.control.setRules([])
    const quiet = watch(world)
    await expectSignedIn(t, browser, await startSignIn(browser, web), web)
    t.equal(quiet.tracks(), 1, 'nor is Authsignal asked twice where nothing is to be shown')
  })

  await t.test('its request URI is no way for another client', async (t) => {
    const login = await startSignIn(openBrowser(t), web, 'prompt=login')
    const returnUrl = new URL(login.url).searchParams.get('ReturnUrl') ?? ''
    const named = new URL(returnUrl, publicUrl)
    named.searchParams.set('client_id', 'other')
    expectPage(t, await openBrowser(t).navigate(named.href), 400, /./)
    const stranger = openBrowser(t)
    const { url } = await stranger.navigate(`${publicUrl}${returnUrl}`)
    t.match(url, `${publicUrl}/login?`, 'another browser signs in by itself')
  })
})
