import t, { type Test } from 'tap'
import { basic, leakCode, redeem, releaseCode } from '../attacks/frame/codes.ts'
import { stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery, onRealStage } from '../attacks/frame/real-stage.ts'
import { form, navigation, send } from '../attacks/frame/wire.ts'
import { secretOf } from '../lab/op-world.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

/** Whole sign-ins of clients that are watched, with a real client: what is told of them, and what is not. */

const offline = { configuration: { issueRefreshToken: () => true } }
const monitor = { mode: 'monitor', refreshTokens: 'released' }
const toldOf = ({ audit }: ReturnType<typeof watch>) => audit('would_refuse')

t.test('a client that is watched', async (t) => {
  const stage = await onRealStage({
    rules: [],
    clients: { web: monitor, web2: { mode: 'enforce' } },
    op: offline,
  })(t)
  const { world } = stage
  const { web, web2, other, publicUrl, authsignal } = world
  const { control } = authsignal

  /** Alice signs in, is let in, and gets new tokens afterwards. */
  async function expectNothingNoticed(t: Test) {
    const browser = openBrowser(t)
    const home = await signIn(browser, web, 'alice')
    await expectSignedIn(t, browser, home, web)
    await expectSignedIn(t, browser, await browser.submit(home, {}, { form: '/refresh' }), web)
    t.equal(await browser.cookie(publicUrl, 'step-up'), undefined)
  }

  await t.test('a sign-in that needs no challenge is released, as enforce would say it', async (t) => {
    control.setRules([])
    const seen = watch(world)
    await expectNothingNoticed(t)
    t.same(toldOf(seen), [])
    t.match(seen.audit('released'), [
      {
        client_id: 'web',
        mode: 'monitor',
        leg: 'response',
        verdict: 'release',
        reason: 'no_challenge_needed',
      },
    ])
    const watched = seen.audit('released')[0]
    const browser = openBrowser(t)
    await expectSignedIn(t, browser, await signIn(browser, web2, 'alice'), web2)
    const enforced = seen.audit('released')[1]
    t.same(Object.keys(enforced ?? {}), Object.keys(watched ?? {}), 'both modes say the same')
  })

  await t.test(
    'one that would be challenged redeems: nobody knows how the challenge would end',
    async (t) => {
      control.setRules([stepUpForAll])
      const seen = watch(world)
      await expectNothingNoticed(t)
      t.match(seen.audit('decision'), [{ mode: 'monitor', verdict: 'challenge' }])
      t.same([toldOf(seen), seen.audit('released')], [[], []])
    },
  )

  await t.test('one that would be denied: its tokens too, again and again', async (t) => {
    control.setRules([])
    control.setAction('oidc-authorize', 'BLOCK')
    const seen = watch(world)
    await expectNothingNoticed(t)
    control.setAction('oidc-authorize', 'ALLOW')
    t.match(seen.audit('decision'), [{ mode: 'monitor', verdict: 'deny', reason: 'blocked' }])
    const line = { client_id: 'web', leg: 'token', reason: 'invalid_grant', status: 400 }
    t.match(toldOf(seen), [line, { ...line, key: 'clients.web.refreshTokens' }])
  })

  await t.test('a code that came past the gateway, and its refresh token', async (t) => {
    const seen = watch(world)
    const first = await redeem(world, web, await leakCode(stage, web))
    t.equal(first.status, 200, first.body)
    const body = { grant_type: 'refresh_token', refresh_token: JSON.parse(first.body).refresh_token }
    const second = await redeem(world, web, '', { body })
    t.equal(second.status, 200, second.body)
    t.match(toldOf(seen), [
      { reason: 'invalid_grant' },
      { reason: 'invalid_grant', key: 'clients.web.refreshTokens' },
    ])
    t.same(seen.audit('security'), [])
  })

  await t.test('a code in the hands of another client', async (t) => {
    const code = await releaseCode(stage, web, { redirect_uri: web.redirectUri })
    const seen = watch(world)
    const answer = await redeem(world, { ...other, redirectUri: web.redirectUri }, code)
    t.equal(answer.status, 400)
    t.match(answer.body, 'invalid_grant')
    t.match(toldOf(seen), [{ reason: 'invalid_grant', detail: /another client/ }])
    t.match(seen.atOp(), ['POST /connect/token'], 'the OP itself refused it')
  })

  await t.test('what was only watched releases nothing to a client that is enforced', async (t) => {
    const code = await releaseCode(stage, web)
    const seen = watch(world)
    const answer = await redeem(world, { ...web2, redirectUri: web.redirectUri }, code)
    t.equal(answer.status, 400)
    t.match(seen.audit('security'), [{ event: 'unreleased_grant', client_id: 'web2' }])
    t.same(seen.atOp(), [])
  })

  await t.test('a code that was released to an enforced client is refused to it', async (t) => {
    const code = await releaseCode(stage, web2)
    const seen = watch(world)
    const answer = await redeem(world, { ...web, redirectUri: web2.redirectUri }, code)
    t.equal(answer.status, 400)
    t.match(seen.audit('security'), [{ event: 'grant_of_another_client' }])
    t.same([seen.atOp(), toldOf(seen)], [[], []])
  })

  await t.test('requests of both clients', async (t) => {
    const seen = watch(world)
    const headers = [`Cookie: ${await stage.cookiesOf('alice')}`, ...navigation]
    const ask = (rp: typeof web) =>
      send(publicUrl, { target: `/connect/authorize?${authorizeQuery(rp, { scope: 'email' })}`, headers })
    t.equal((await ask(web2)).status, 400)
    t.equal((await ask(web)).status, 303)
    t.match(seen.audit('refused'), [{ client_id: 'web2', mode: 'enforce', reason: 'unsupported_request' }])
    t.match(toldOf(seen), [{ client_id: 'web', mode: 'monitor', reason: 'unsupported_request' }])
  })
})

t.test('where the user stays unknown', async (t) => {
  const world = await openWorld(t, {
    clients: { web: monitor },
    probe: { clientSecret: 'not-the-secret-of-the-lab' },
  })
  const browser = openBrowser(t)
  await expectSignedIn(t, browser, await signIn(browser, world.web, 'alice'), world.web)
  t.match(world.audit('unknown_user'), [{ mode: 'monitor', client_id: 'web' }])
  t.match(world.audit('would_refuse'), [{ leg: 'token', reason: 'invalid_grant' }])
})

t.test('clients that are not listed', async (t) => {
  const off = { mode: 'off' }
  const config = { defaults: { mode: 'monitor' } }
  const world = await openWorld(t, { rules: [], clients: { web: off, web2: off, consenting: off }, config })
  const { other, publicUrl } = world
  const browser = openBrowser(t)
  await expectSignedIn(t, browser, await signIn(browser, other, 'alice'), other)
  await expectSignedIn(t, browser, await startSignIn(browser, other, 'prompt=none'), other)
  t.same(world.audit('would_refuse'), [])
  t.match(world.audit('released'), [{ client_id: 'other' }, { client_id: 'other' }])
  const more = { response_type: 'id_token' }
  await send(publicUrl, { target: `/connect/authorize?${authorizeQuery(other, more)}`, headers: navigation })
  const headers = [form, basic('other', secretOf('other'))]
  const body = 'grant_type=client_credentials'
  await send(publicUrl, { method: 'POST', target: '/connect/token', headers, body })
  t.match(world.audit('would_refuse'), [
    { client_id: 'other', leg: 'request', reason: 'unsupported_response', key: 'defaults.responseTypes' },
    { client_id: 'other', leg: 'token', reason: 'unauthorized_client', key: 'defaults.grants' },
  ])
})

t.test('while the store is down', async (t) => {
  const { createMemoryStore } = await import('../../src/store/memory.ts')
  const store = createMemoryStore(Date.now)
  const world = await openWorld(t, {
    rules: [],
    clients: { web: monitor, web2: monitor, consenting: { mode: 'off' } },
    store,
  })
  store.get = async () => {
    throw new Error('down')
  }
  const browser = openBrowser(t)
  await expectSignedIn(t, browser, await signIn(browser, world.web, 'alice'), world.web)
  t.ok(world.audit('unwatched').length > 0)
  t.same(world.audit('would_refuse'), [])
})
