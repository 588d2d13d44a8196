import t, { type Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Page } from '../lab/browser.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { authorizationUrl, beforeApplication, readAnswer } from './authorization.ts'
import { expectChallenge, findReturn, passChallenge } from './challenge.ts'
import { expectSignedIn } from './expect.ts'
import { startScriptedOp } from './scripted-op.ts'
import { openBrowser, openWorld, watch } from './stage.ts'
import { askToken, basicOf, interceptCode, redeem } from './token-request.ts'

function expectTokenError(t: Test, page: Page, error: string): void {
  t.equal(page.status, 400, page.text)
  t.equal(JSON.parse(page.body).error, error)
  t.match(page.headers, { 'cache-control': 'no-store', 'content-type': /^application\/json/ })
}

t.test('codes and grants', async (t) => {
  const world = await openWorld(t)
  const { web, web2, other, publicUrl, op } = world
  const atTokenEndpoint = ({ atOp }: ReturnType<typeof watch>) =>
    atOp().filter((request) => request.includes('/connect/token')).length

  t.test('a released code is redeemed by its own client', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const page = await redeem(world, browser, web, await interceptCode(world, browser, web))
    t.equal(page.status, 200, page.text)
    t.match(JSON.parse(page.body), { id_token: /./, token_type: 'Bearer' })
  })

  t.test('a code redeemed by another client: invalid_grant, and the OP never sees it', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const code = await interceptCode(world, browser, web)
    const seen = watch(world)
    for (const thief of [web2, other]) {
      expectTokenError(t, await redeem(world, browser, thief, code, web), 'invalid_grant')
    }
    t.match(seen.audit('security'), [
      { event: 'grant_of_another_client', client_id: 'web2', released_to: 'web' },
      { event: 'grant_of_another_client', client_id: 'other', released_to: 'web' },
    ])
    t.equal(atTokenEndpoint(seen), 0)
    t.notOk(seen.log().includes(code), 'the code is in no log line')
    t.equal((await redeem(world, browser, web, code)).status, 200, 'and is still good for its own client')
  })

  t.test('a code that no release recorded: invalid_grant, and the OP never sees it', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const { pathname, search } = new URL(authorizationUrl(world, web))
    const direct = await browser.get(`${op.url}${pathname}${search}`, {
      cookie: await browser.jar.getCookieString(publicUrl),
      'x-forwarded-host': new URL(publicUrl).host,
      'x-forwarded-proto': 'http',
    })
    const code = new URL(String(direct.headers['location'])).searchParams.get('code') ?? ''
    t.match(code, /./, 'the OP gave a code behind the back of the gateway')
    const seen = watch(world)
    expectTokenError(t, await redeem(world, browser, web, code), 'invalid_grant')
    t.match(seen.audit('security'), [{ event: /^unreleased/, client_id: 'web' }])
    t.equal(atTokenEndpoint(seen), 0)
    t.notOk(seen.log().includes(code), 'the code is in no log line')
  })

  for (const [name, form] of Object.entries({
    'client credentials': { grant_type: 'client_credentials', scope: 'openid' },
    'a password': { grant_type: 'password', username: 'alice', password: 'alice' },
    'a device code': { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'd' },
    'a token exchange': { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: 's' },
    'an implicit grant': { grant_type: 'implicit' },
    'no grant at all': { scope: 'openid' },
  })) {
    t.test(`${name} is not on the list: unauthorized_client`, async (t) => {
      const seen = watch(world)
      const browser = openBrowser(t)
      expectTokenError(t, await askToken(world, browser, web, { ...form }), 'unauthorized_client')
      t.same(seen.atOp(), [])
    })
  }

  t.test('a device authorization of a protected client: unauthorized_client', async (t) => {
    const seen = watch(world)
    const url = `${publicUrl}/connect/deviceauthorization`
    const form = { client_id: 'web', scope: 'openid' }
    const headers = { authorization: basicOf(web) }
    expectTokenError(t, await openBrowser(t).post(url, form, { headers }), 'unauthorized_client')
    t.same(seen.atOp(), [])
  })

  t.test('refresh works, for the same client only', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const query = 'scope=openid+offline_access&prompt=consent'
    const consent = await startSignIn(browser, web, query)
    const home = await browser.submit(consent, {}, { form: '/consent' })
    await expectSignedIn(t, browser, home, web)
    const before = web.signIns.length
    await expectSignedIn(t, browser, await browser.submit(home, {}, { form: '/refresh' }), web)
    t.equal(web.signIns.length, before + 1)
    const refreshToken = web.signIns.at(-1)?.tokens.refresh_token ?? ''
    const seen = watch(world)
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    expectTokenError(t, await askToken(world, browser, web2, form), 'invalid_grant')
    t.match(seen.audit('security'), [{ event: 'grant_of_another_client', client_id: 'web2' }])
    t.notOk(seen.log().includes(refreshToken))
  })

  t.test('two different clients in one token request are refused', async (t) => {
    const seen = watch(world)
    const form = { grant_type: 'authorization_code', code: 'c', client_id: 'other' }
    const page = await askToken(world, openBrowser(t), web, form)
    t.ok(page.status === 400 || page.status === 401, page.text)
    t.same(seen.atOp(), [])
  })
})

t.test('the session at the OP becomes another user between step-up and release', async (t) => {
  const world = await openWorld(t, { rules: [{ ...stepUpForWeb, conditions: undefined }] })
  const { web, other, publicUrl } = world
  const alice = openBrowser(t)
  const bob = openBrowser(t)
  await signIn(alice, other, 'alice')
  await signIn(bob, other, 'bob')
  const back = await findReturn(world, alice, await startSignIn(alice, web))
  const passed = await alice.get(back)
  t.match(passed.headers['location'], `${publicUrl}/connect/authorize?`)
  for (const cookie of await bob.jar.getCookies(publicUrl))
    await alice.jar.setCookie(cookie.toString(), publicUrl)
  const seen = watch(world)
  const page = await alice.navigate(String(passed.headers['location']))
  expectChallenge(t, world, page)
  t.match(page.text, / nothing\. bob /, 'it is bob who is challenged')
  t.same(seen.audit('released'), [], "alice's pass releases nothing")
  await expectSignedIn(t, alice, await passChallenge(world, alice, page, 'user-bob'), web, 'user-bob')
})

t.test('token responses that are not what was released', async (t) => {
  const op = await startScriptedOp(t)
  const world = await openWorld(t, { upstreamUrl: op.url })
  const { web, other } = world
  const access = 'access-token-of-the-scripted-op'
  const refresh = 'refresh-token-of-the-scripted-op'
  t.beforeEach(() => {
    op.lie = {}
    op.revoked.length = 0
  })

  async function redeemAsAlice(t: Test, rp = web) {
    const browser = openBrowser(t)
    await browser.jar.setCookie('_session=user-alice; Path=/', world.publicUrl)
    return redeem(world, browser, rp, await interceptCode(world, browser, rp))
  }

  t.test('the released ones pass', async (t) => {
    for (const rp of [web, other]) {
      const page = await redeemAsAlice(t, rp)
      t.equal(page.status, 200, page.text)
      t.equal(JSON.parse(page.body).access_token, access)
    }
    t.same(op.revoked, [])
  })

  for (const { name, lie, objection } of [
    { name: "another user's", lie: { claims: { sub: 'user-bob' } }, objection: 'other_subject' },
    { name: "another login's", lie: { claims: { auth_time: 1 } }, objection: 'other_session' },
    { name: 'for another audience', lie: { claims: { aud: 'web2' } }, objection: 'other_audience' },
    { name: 'without audience', lie: { claims: { aud: undefined } }, objection: 'other_audience' },
    {
      name: 'without ID token',
      lie: { response: { id_token: undefined } },
      objection: 'no_readable_id_token',
    },
    {
      name: 'with an encrypted ID token',
      lie: { response: { id_token: 'a.b.c.d.e' } },
      objection: 'no_readable_id_token',
    },
  ]) {
    t.test(`a token response ${name} is dropped, and its tokens are revoked`, async (t) => {
      op.lie = lie
      const seen = watch(world)
      const page = await redeemAsAlice(t)
      expectTokenError(t, page, 'invalid_grant')
      t.notMatch(page.body, /of-the-scripted-op/)
      t.match(seen.audit('security'), [
        { event: 'token_response_dropped', client_id: 'web', objection, revocation: 'revoked' },
      ])
      const authorization = basicOf(web)
      t.same(op.revoked, [
        { token: refresh, authorization },
        { token: access, authorization },
      ])
      t.notMatch(seen.log(), /of-the-scripted-op/, 'no token is in the log')
    })
  }

  t.test('refresh tokens from before the gateway stay valid, for their client', async (t) => {
    const form = { grant_type: 'refresh_token', refresh_token: 'from-before-the-gateway' }
    for (const [lie, objection] of [
      [{ claims: { sub: 'user-alice', aud: 'web' } }, undefined],
      [{ response: { id_token: undefined } }, undefined],
      [{ claims: { sub: 'user-alice', aud: 'web2' } }, 'other_audience'],
    ] as const) {
      op.lie = lie
      const seen = watch(world)
      const page = await askToken(world, openBrowser(t), web, form)
      if (objection === undefined) {
        t.equal(page.status, 200, page.text)
        t.equal(JSON.parse(page.body).access_token, access)
      } else {
        expectTokenError(t, page, 'invalid_grant')
        t.match(seen.audit('security'), [{ client_id: 'web', grant_type: 'refresh_token', objection }])
      }
    }
  })

  t.test('a code that is held for a challenge is not redeemed before it is passed', async (t) => {
    world.authsignal.control.setRules([stepUpForWeb])
    const browser = openBrowser(t)
    await browser.jar.setCookie('_session=user-alice; Path=/', world.publicUrl)
    // With max_age the OP is asked first, so that there is a code to hold.
    const url = authorizationUrl(world, web, { max_age: '3600' })
    const challenge = await browser.navigate(url)
    world.authsignal.control.setRules([])
    expectChallenge(t, world, challenge)
    const [code = ''] = op.codesOf('web').slice(-1)
    const seen = watch(world)
    expectTokenError(t, await redeem(world, browser, web, code), 'invalid_grant')
    t.match(seen.audit('security'), [{ event: /^unreleased/ }])
    const answer = await passChallenge(world, browser, challenge, 'user-alice', beforeApplication(web))
    t.equal(readAnswer(answer).get('code'), code)
    t.equal((await redeem(world, browser, web, code)).status, 200)
    t.notOk(world.log.join('').includes(code), 'the code is in no log line')
  })

  t.test('a token response that is no JSON is dropped', async (t) => {
    op.lie = { text: `access_token=${access}` }
    const seen = watch(world)
    expectTokenError(t, await redeemAsAlice(t), 'invalid_grant')
    t.match(seen.audit('security'), [{ objection: 'unreadable_response', revocation: 'impossible' }])
  })

  for (const [aud, objection] of [
    ['web', 'other_audience'],
    [['other', 'web'], 'no_release'],
  ] as const) {
    t.test(`an unprotected client gets no token for a protected one (aud ${aud})`, async (t) => {
      op.lie = { claims: { aud } }
      const seen = watch(world)
      expectTokenError(t, await redeemAsAlice(t, other), 'invalid_grant')
      t.match(seen.audit('security'), [{ client_id: 'other', objection }])
    })
  }
})

t.test('a released code that the OP refuses: its age is logged, and what to correct', async (t) => {
  const world = await openWorld(t, { rules: [{ ...stepUpForWeb, conditions: undefined }] })
  const { web, authsignal, clock, op } = world
  await t.test('it died while it was kept', async (t) => {
    const browser = openBrowser(t)
    const challenge = await signIn(browser, web, 'alice')
    clock.advance(25_000)
    op.store.forget('AuthorizationCode')
    const seen = watch(world)
    const end = await passChallenge(world, browser, challenge)
    t.match(end.text, /invalid_grant/)
    const [line, ...others] = seen.audit('code_refused')
    t.match(line, { client_id: 'web', subject: 'user-alice', age_seconds: 25, fix: /codeLifetime/ })
    t.same(others, [])
  })
  await t.test('it was never kept', async (t) => {
    authsignal.control.setRules([])
    const browser = openBrowser(t)
    await signIn(browser, world.other, 'alice')
    const code = await interceptCode(world, browser, web)
    const seen = watch(world)
    t.equal((await redeem(world, browser, web, code)).status, 200)
    t.same(seen.audit('code_refused'), [])
    const form = { grant_type: 'authorization_code', code, redirect_uri: web.redirectUri }
    const headers = { authorization: basicOf(web), accept: 'application/json', origin: web.url }
    const again = await browser.post(`${world.publicUrl}/connect/token`, form, { headers })
    t.match(JSON.parse(again.body), { error: 'invalid_grant' }, 'as the OP sent it')
    const [line] = seen.audit('code_refused')
    t.match(line, { client_id: 'web', age_seconds: 0 })
    t.notOk(line && 'fix' in line)
  })
})
