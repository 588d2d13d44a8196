import t from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { logIn, startSignIn } from '../lab/people.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectSignedIn } from './expect.ts'
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
        const login = await startSignIn(browser, web, query)
        advance(20_000 + fraction)
        op.logins.length = 0
        const challenge = await logIn(browser, login, 'alice')
        expectChallenge(t, world, challenge)
        advance(tooLong)
        const home = await passChallenge(world, browser, challenge)
        t.same(op.logins, ['alice'])
        t.equal(seen.tracks(), 1)
        t.match(seen.audit('released'), [{ how: 'pass' }])
        const driven = home.hops.findLast(({ url }) => url.includes('/connect/authorize'))?.url ?? ''
        t.match(new URL(driven).searchParams.get('max_age'), /^7[5-7]$/, 'since the application asked')
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
