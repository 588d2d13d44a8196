import t from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

t.test('the browser asks who its user is', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForWeb], probe: { by: 'browser' } })
  const { web, other, web2 } = world
  t.beforeEach(() => world.clock.advance(10 * 60_000))

  t.test('after a login: the response waits, then the challenge', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const login = await startSignIn(browser, web)
    const challenge = await logIn(browser, login, 'alice')
    expectChallenge(t, world, challenge)
    t.equal(web.signIns.length, 0, 'no code has reached the application')
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.match(seen.audit('released'), [{ how: 'kept_response' }])
    t.match(seen.audit('decision'), [{ at: 'release', subject: 'user-alice' }])
  })

  t.test('with a session at the OP: before there is a code', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const seen = watch(world)
    const challenge = await startSignIn(browser, web)
    expectChallenge(t, world, challenge)
    t.match(seen.audit('decision'), [{ at: 'request', verdict: 'challenge' }])
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.match(seen.audit('released'), [{ how: 'pass' }])
  })

  t.test('a client whose rules ask for nothing', async (t) => {
    const browser = openBrowser(t)
    await expectSignedIn(t, browser, await signIn(browser, web2, 'alice'), web2)
    await expectSignedIn(t, browser, await startSignIn(browser, web2), web2)
    t.equal((await readClaims(browser, web2)).sub, 'user-alice')
  })
})
