import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { askToForget } from '../e2e/ask-to-forget.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { type LabClient, makeWebClient } from '../lab/op-world.ts'
import { leakCode, redeem, releaseCode } from './frame/codes.ts'
import { describe, expectNoArtefact, expectRefused, expectRequestRefused, watchOp } from './frame/expect.ts'
import { askedFor } from './frame/jar.ts'
import { type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerProbesWith, sendJson } from './frame/scripted-op.ts'
import { answerOf, atHome, authorize, nextState, openBrowser, openSignedIn, pass } from './frame/visit.ts'
import { navigation, send } from './frame/wire.ts'

const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)
const isLogin = (page: Page): boolean => page.body.includes('name="password"')

const everybody = [{ ...stepUpForWeb, conditions: undefined }]

function begin({ world }: Pick<RealStage, 'world'>): void {
  world.authsignal.control.setRules(everybody)
  world.authsignal.control.clearFaults()
  world.clock.advance(11 * 60_000)
}

/** The session at the OP becomes somebody else's; the gateway's own cookie stays. */
async function becomeOther(stage: RealStage, browser: Browser, username: string): Promise<void> {
  const { publicUrl } = stage.world
  for (const { key, domain, path } of await browser.jar.getCookies(publicUrl))
    if (key !== 'step-up') await browser.jar.store.removeCookie(domain ?? '', path ?? '', key)
  for (const pair of (await stage.cookiesOf(username)).split('; '))
    await browser.jar.setCookie(`${pair}; Path=/`, publicUrl)
}

function logIn({ world }: RealStage, browser: Browser, page: Page, username: string): Promise<Page> {
  return browser.submit(page, { username, password: username }, { form: '/login', ...atHome(world) })
}

async function expectWorthless(t: Test, stage: RealStage, page: Page): Promise<void> {
  const code = answerOf(stage, page).get('code')
  if (code === null) return
  const answer = await redeem(stage.world, stage.world.web, code)
  t.equal(answer.status, 400, 'its code is worth nothing', { answer: describe(answer) })
  expectNoArtefact(t, answer)
}

const pairwise = { clientId: 'pairwise', redirectUri: 'https://pairwise.example.com/signin-oidc' }
const pairwiseClient: LabClient = makeWebClient('pairwise', 'https://pairwise.example.com', {
  subject_type: 'pairwise',
})

runAttacks('sessions at the real OP', onRealStage({ clients: { web2: { remember: '1h' } } }), (attack) => {
  attack(
    'S-01',
    'the session becomes the victim’s between step-up and release',
    {
      'before the return, decided early': { at: 'before' },
      'before the return, with a kept response': { at: 'before', login: true },
      'between the return and the request driven again': { at: 'after' },
    },
    async (t, stage, it: { at: 'before' | 'after'; login?: boolean }) => {
      begin(stage)
      const { world } = stage
      // bob is the attacker, who passes as himself; alice is the victim, whose password he knows.
      const browser = it.login ? openBrowser(t) : await openSignedIn(t, stage, 'bob')
      let page = await authorize(stage, browser, world.web)
      if (it.login) page = await logIn(stage, browser, page, 'bob')
      t.ok(isChallenge(page))
      if (it.login) world.clock.advance(50_000)
      const back = await world.authsignal.control.complete({ userId: 'user-bob' })
      if (it.at === 'before') await becomeOther(stage, browser, 'alice')
      const returned = await browser.navigate(back, { follow: false })
      if (it.at === 'after') await becomeOther(stage, browser, 'alice')
      const end = await browser.navigate(String(returned.headers['location']), atHome(world))
      t.notOk(answerOf(stage, end).has('code'), 'no code of alice', { page: [end.status, end.url, end.text] })
      t.ok(isChallenge(end) || isLogin(end) || answerOf(stage, end).has('error'), 'alice herself is asked')
    },
  )
  attack(
    'S-01',
    'a release for bob, a code for alice',
    { 'a code that leaked, sent along by the OP itself': {} },
    async (t, stage) => {
      begin(stage)
      const code = await leakCode(stage, stage.world.web, { state: nextState() })
      await releaseCode(stage, stage.world.web, { state: nextState() })
      const op = watchOp(stage.world.op.requests)
      expectRefused(t, await redeem(stage.world, stage.world.web, code), 400, op)
    },
  )
  attack(
    'S-02',
    'no openid in scope',
    {
      'another scope': 'profile',
      'upper case': 'OPENID profile',
      'a longer name': 'openid2 profile',
      'a tab between': 'profile\topenid',
      'a comma between': 'openid,profile',
      'no scope': '',
      'a plus': 'profile+openid',
      'a line end': 'profile\nopenid',
    },
    async (t, stage, scope) => {
      begin(stage)
      const { world } = stage
      const query = authorizeQuery(world.web, { scope, state: nextState() })
      await expectRequestRefused(t, stage, query)
    },
  )
  attack(
    'S-05',
    'a remembered step-up',
    {
      'the same session': { expected: 'release' },
      'after a logout': { forget: true },
      'another user in this browser': { as: 'bob' },
      'another browser': { other: true },
      'a new login of the same user': { prompt: 'login' },
      'after its time': { advanceMs: 3_600_000 },
      'at a client that remembers nothing': { client: 'web' },
      'the cookie without the session': { stolen: true },
    },
    async (
      t,
      stage,
      it: {
        expected?: string
        forget?: boolean
        as?: string
        other?: boolean
        prompt?: string
        advanceMs?: number
        client?: 'web'
        stolen?: boolean
      },
    ) => {
      begin(stage)
      const { world } = stage
      const browser = await openSignedIn(t, stage)
      const first = await pass(stage, browser, await authorize(stage, browser, world.web2))
      t.ok(answerOf(stage, first).has('code'))
      if (it.forget || it.stolen) {
        for (const { key, domain, path } of await browser.jar.getCookies(world.publicUrl))
          if (key !== 'step-up') await browser.jar.store.removeCookie(domain ?? '', path ?? '', key)
      }
      // auth_time counts whole seconds.
      if (it.prompt !== undefined) await sleep(1100)
      if (it.as) await becomeOther(stage, browser, it.as)
      world.clock.advance(it.advanceMs ?? 0)
      const next = it.other ? await openSignedIn(t, stage) : browser
      const more: Record<string, string> = it.prompt === undefined ? {} : { prompt: it.prompt }
      let page = await authorize(stage, next, it.client ? world.web : world.web2, more)
      if (isLogin(page)) page = await logIn(stage, next, page, it.as ?? 'alice')
      if (it.expected === 'release') t.ok(answerOf(stage, page).has('code'), 'counts')
      else t.ok(isChallenge(page), 'does not count', { page: [page.status, page.url, page.text] })
    },
  )
  attack(
    'S-05',
    'what a stolen browser has, once its user was forgotten',
    {
      'a remembered step-up': 'proof',
      'a challenge that was passed, and its return not yet made': 'step-up',
      'a return that was made, once more': 'return',
      'a pass that waits for its release': 'pass',
      'a decision that was kept while the OP asked for consent': 'kept',
    },
    async (t, stage, what: string) => {
      begin(stage)
      const { world } = stage
      const browser = await openSignedIn(t, stage)
      const start = () => authorize(stage, browser, world.web2)
      const forgetAlice = () => askToForget(t, world, 'user-alice')
      const expectAsked = (page: Page) => {
        t.notOk(answerOf(stage, page).has('code'), 'no code')
        t.ok(isChallenge(page), 'is asked', { page: [page.status, page.url, page.text] })
      }
      if (what === 'kept') {
        world.authsignal.control.setRules([])
        const consent = await authorize(stage, browser, world.web2, { prompt: 'consent' })
        world.authsignal.control.setRules(everybody)
        await forgetAlice()
        return expectAsked(await browser.submit(consent, {}, atHome(world)))
      }
      const challenge = await start()
      expectAsked(challenge)
      if (what === 'proof') {
        t.ok(answerOf(stage, await pass(stage, browser, challenge)).has('code'))
        await forgetAlice()
        return expectAsked(await start())
      }
      const back = await world.authsignal.control.complete({ userId: 'user-alice' })
      if (what === 'step-up') await forgetAlice()
      const returned = await browser.navigate(back, { follow: false })
      if (what === 'step-up') {
        t.equal(returned.status, 410, 'the return is refused')
        return expectAsked(await start())
      }
      await forgetAlice()
      if (what === 'return') t.equal((await browser.navigate(back, { follow: false })).status, 410)
      else expectAsked(await browser.navigate(String(returned.headers['location']), atHome(world)))
    },
  )
  attack(
    'S-06',
    'hints at another account',
    {
      login_hint: { login_hint: 'bob' },
      id_token_hint: { id_token_hint: 'token' },
      select_account: { prompt: 'select_account' },
      'login as another user': { prompt: 'login' },
    },
    async (t, stage, more: Record<string, string>) => {
      begin(stage)
      const { world } = stage
      const hint: Record<string, string> = { ...more }
      if (more['id_token_hint'] !== undefined) {
        world.authsignal.control.setRules([])
        const code = await releaseCode(stage, world.web, { state: nextState() })
        hint['id_token_hint'] = JSON.parse((await redeem(world, world.web, code)).body).id_token
        stage.secrets.add(String(hint['id_token_hint']))
        begin(stage)
      }
      const browser = await openSignedIn(t, stage, 'bob')
      let page = await authorize(stage, browser, world.web, hint)
      if (isLogin(page)) page = await logIn(stage, browser, page, 'alice')
      // The OP ends the other session first, by a form that a script would send.
      if (page.body.includes('/connect/logout/confirm')) page = await browser.submit(page, {}, atHome(world))
      if (isLogin(page)) page = await logIn(stage, browser, page, 'alice')
      if (answerOf(stage, page).has('error')) return
      t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url, page.text] })
      const userId = world.authsignal.control.tracks.at(-1)?.userId ?? ''
      const end = await pass(stage, browser, page, userId)
      const code = answerOf(stage, end).get('code') ?? ''
      const { id_token } = JSON.parse((await redeem(world, world.web, code)).body)
      const { sub } = JSON.parse(Buffer.from(String(id_token).split('.')[1] ?? '', 'base64url').toString())
      t.equal(sub, userId, 'the challenge was for the user of the code')
    },
  )
  attack(
    'S-07',
    'the session ends between challenge and release',
    {
      'logged out, decided early': { login: false, waitMs: 0 },
      'logged out, with a kept response': { login: true, waitMs: 0 },
      'logged out, too late for the kept response': { login: true, waitMs: 50_000 },
    },
    async (t, stage, it: { login: boolean; waitMs: number }) => {
      begin(stage)
      const { world } = stage
      const browser = it.login ? openBrowser(t) : await openSignedIn(t, stage)
      let page = await authorize(stage, browser, world.web)
      if (it.login) page = await logIn(stage, browser, page, 'alice')
      t.ok(isChallenge(page))
      // A logout ends the session and takes its codes and grants back.
      for (const model of ['Session', 'AuthorizationCode', 'Grant']) world.op.store.forget(model)
      world.clock.advance(it.waitMs)
      const end = await pass(stage, browser, page)
      if (!isLogin(end)) await expectWorthless(t, stage, end)
      else t.pass('the OP asks for the password')
    },
  )
  attack(
    'S-09',
    'acr_values are left out or lowered on the way',
    { 'left out': {}, lowered: { acr_values: 'urn:lab:pwd' }, raised: { acr_values: 'urn:lab:mfa' } },
    async (t, stage, more: Record<string, string>) => {
      begin(stage)
      const browser = await openSignedIn(t, stage)
      let page = await authorize(stage, browser, stage.world.web, more)
      if (isLogin(page)) page = await logIn(stage, browser, page, 'alice')
      t.ok(isChallenge(page) || answerOf(stage, page).has('error'), 'the policy alone decides', {
        page: [page.status, page.url, page.text],
      })
    },
  )
  attack(
    'S-10',
    'a login that was asked for, when the request is driven again',
    {
      'prompt=login, driven late': { more: { prompt: 'login' }, waitMs: 55_000 },
      'max_age=0, driven late': { more: { max_age: '0' }, waitMs: 55_000 },
      'max_age=1, driven late': { more: { max_age: '1' }, waitMs: 55_000 },
    },
    async (t, stage, it: { more: Record<string, string>; waitMs: number }) => {
      begin(stage)
      const { world } = stage
      const browser = await openSignedIn(t, stage)
      let page = await authorize(stage, browser, world.web, it.more)
      if (isLogin(page)) page = await logIn(stage, browser, page, 'alice')
      t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url, page.text] })
      world.clock.advance(it.waitMs)
      const start = world.op.requests.length
      await pass(stage, browser, page)
      const driven = world.op.requests.slice(start).find(({ url }) => url.includes('client_id=web&'))
      const maxAge = new URL(driven?.url ?? '', world.publicUrl).searchParams.get('max_age')
      t.ok(maxAge !== null && Number(maxAge) >= it.waitMs / 1000, 'grows by the time that passed', { maxAge })
      t.ok(Number(maxAge) < it.waitMs / 1000 + 30, 'and by no more')
    },
  )
  attack(
    'S-11',
    'the client of the probe, used by a stranger',
    {
      'in a browser': {},
      'with prompt=none': { prompt: 'none' },
      'with another scope': { scope: 'openid offline_access' },
      'another redirect URI': { redirect_uri: 'https://evil.example/' },
    },
    async (t, stage, more: Record<string, string>) => {
      const { world } = stage
      const redirectUri = `${world.publicUrl}/step-up/probe`
      const query = authorizeQuery(
        { clientId: 'step-up-gateway', redirectUri },
        { state: nextState(), ...more },
      )
      const headers = [`Cookie: ${await stage.cookiesOf('alice')}`, ...navigation]
      const answer = await send(world.publicUrl, { target: `/connect/authorize?${query}`, headers })
      const location = answer.headers['location'] ?? ''
      t.notMatch(location, /^https:\/\/evil/)
      for (const target of [
        new URL(location || '/', world.publicUrl),
        new URL(`${redirectUri}?code=x&state=y`),
      ]) {
        if (target.pathname !== '/step-up/probe') continue
        const landed = await send(world.publicUrl, { target: target.pathname + target.search, headers })
        t.equal(landed.status, 404, 'nobody is there')
        t.notOk(landed.headers['set-cookie'])
      }
    },
  )
})

runAttacks(
  'subjects that differ by client',
  onRealStage({
    clients: { pairwise: { mode: 'enforce', redirectUris: [pairwise.redirectUri] } },
    op: {
      clients: [pairwiseClient],
      configuration: {
        subjectTypes: ['public', 'pairwise'],
        pairwiseIdentifier: async (_ctx, sub, client) => `${client.clientId}-${sub}`,
      },
    },
  }),
  (attack) => {
    attack(
      'S-04',
      'pairwise subjects, compared by sub',
      { 'no claim is configured': {} },
      async (t, stage) => {
        const code = await releaseCode(stage, pairwise, { state: nextState() })
        const answer = await redeem(stage.world, pairwise, code)
        t.equal(answer.status, 400, 'are never equal by accident', { answer: describe(answer) })
        expectNoArtefact(t, answer)
      },
    )
  },
)

runAttacks(
  'subjects that differ by client, compared by a claim of both',
  onRealStage({
    provider: { subject: 'preferred_username' },
    clients: { pairwise: { mode: 'enforce', redirectUris: [pairwise.redirectUri] } },
    op: {
      clients: [pairwiseClient],
      configuration: {
        subjectTypes: ['public', 'pairwise'],
        pairwiseIdentifier: async (_ctx, sub, client) => `${client.clientId}-${sub}`,
      },
    },
  }),
  (attack) => {
    attack('S-04', 'pairwise subjects, compared by a claim', { preferred_username: {} }, async (t, stage) => {
      stage.world.authsignal.control.enrol('alice')
      const code = await releaseCode(stage, pairwise, { state: nextState() })
      const answer = await redeem(stage.world, pairwise, code)
      t.equal(answer.status, 200, 'work', { answer: describe(answer) })
    })
  },
)

/** Releases a code without a challenge, and lets the OP answer its redemption with these claims. */
async function redeemAs(
  stage: LenientStage,
  claims: Record<string, unknown>,
  how: { readonly raw?: string; readonly members?: Record<string, unknown> } = {},
) {
  const { world, op } = stage
  world.authsignal.control.setRules([])
  world.clock.advance(61_000)
  const code = `code-${nextState().replace(' ', '-')}`
  const jar = await askedFor(stage, { state: 'x' })
  op.answer = (_request, response) =>
    response.writeHead(303, { location: `${world.web.redirectUri}?code=${code}&state=x` }).end()
  await send(world.publicUrl, { target: '/somewhere', headers: [jar.header(), ...navigation] })
  const revoked: string[] = []
  op.answer = async (request, response) => {
    if (request.url === '/connect/revocation') {
      revoked.push(request.body)
      response.writeHead(200).end()
      return
    }
    const id_token = how.raw ?? (await op.signIdToken({ sub: 'user-alice', aud: 'web', ...claims }))
    sendJson(response, { access_token: 'canary-token-5d2e', token_type: 'Bearer', id_token, ...how.members })
  }
  const answer = await redeem(world, world.web, code)
  stage.beLenient()
  return { answer, revoked }
}

runAttacks('ID tokens of somebody else', onLenientStage(), (attack) => {
  attack('S-04', 'the true one passes', { alice: {} }, async (t, stage) => {
    t.equal((await redeemAs(stage, {})).answer.status, 200)
  })
  attack(
    'S-04',
    'subjects that are nearly the same',
    {
      'another user': 'user-bob',
      'upper case': 'User-Alice',
      'a space behind': 'user-alice ',
      'a prefix': 'user-alic',
      'a longer one': 'user-alice2',
      'an array': ['user-alice'],
      'an object': { toString: 'user-alice' },
      'a number': 7,
      true: true,
      null: null,
      empty: '',
      absent: undefined,
      'a zero-width space': 'user-\u200balice',
      'a composed letter': 'user-\u00e1lice',
      'a Cyrillic letter': 'user-\u0430lice',
    },
    async (t, stage, sub: unknown) => {
      const { answer, revoked } = await redeemAs(stage, { sub })
      t.equal(answer.status, 400, 'is dropped', { answer: describe(answer) })
      t.match(answer.body, '"error":"invalid_grant"')
      expectNoArtefact(t, answer)
      t.ok(revoked.length > 0, 'and its tokens are revoked')
    },
  )
  attack(
    'S-02',
    'a token response without a readable ID token',
    {
      absent: { members: { id_token: undefined } },
      null: { members: { id_token: null } },
      'an object': { members: { id_token: {} } },
      'a number': { members: { id_token: 1 } },
      empty: { raw: '' },
      encrypted: { raw: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc' },
      'no JWT': { raw: 'x.y' },
      'claims that are an array': { raw: 'e30.W10.' },
      'claims that are null': { raw: 'e30.bnVsbA.' },
      'in another place': { members: { id_token: undefined, ID_TOKEN: 'x', extra: { id_token: 'x' } } },
    },
    async (t, stage, how: { raw?: string; members?: Record<string, unknown> }) => {
      const { answer } = await redeemAs(stage, {}, how)
      t.equal(answer.status, 400, 'is dropped', { answer: describe(answer) })
      expectNoArtefact(t, answer)
    },
  )
  attack(
    'S-05',
    'another login of the same user',
    {
      'a later auth_time': { auth_time: 1_790_000_001 },
      'an earlier one': { auth_time: 1 },
      'as text': { auth_time: '1790000000' },
      absent: { auth_time: undefined },
    },
    async (t, stage, claims: Record<string, unknown>) => {
      const { answer } = await redeemAs(stage, claims)
      t.equal(answer.status, 400, 'is dropped', { answer: describe(answer) })
      expectNoArtefact(t, answer)
    },
  )
  attack(
    'S-06',
    'an OP with several accounts answers for another one than the probe’s',
    { bob: 'user-bob', carol: 'user-carol' },
    async (t, stage, sub) => {
      const { answer } = await redeemAs(stage, { sub })
      t.equal(answer.status, 400)
      expectNoArtefact(t, answer)
      t.match(stage.world.audit('security').at(-1), {
        event: 'token_response_dropped',
        objection: 'other_subject',
      })
    },
  )
  attack(
    'S-08',
    'somebody acts for the user',
    { 'an actor in the token': { act: { sub: 'user-admin' }, sub: 'user-bob' } },
    async (t, stage, claims: Record<string, unknown>) => {
      const { answer } = await redeemAs(stage, claims)
      t.equal(answer.status, 400, 'the step-up was for the one who is shown')
      expectNoArtefact(t, answer)
    },
  )
})

runAttacks(
  'amr of the OP that satisfies',
  onLenientStage({ clients: { web: { satisfiedByAmr: ['mfa'] } } }),
  (attack) => {
    attack(
      'S-12',
      'an amr that only looks like it',
      {
        'no mfa': ['pwd'],
        'upper case': ['MFA'],
        'in one word': ['pwd mfa'],
        'with commas': ['pwd,mfa'],
        'a longer word': ['mfa2'],
        'in an array of arrays': [['mfa']],
        'an object': [{ mfa: true }],
        'a property of arrays': ['length', 'constructor'],
      },
      async (t, stage, amr: unknown[]) => {
        const { world, op } = stage
        world.clock.advance(61_000)
        answerProbesWith(op, world.publicUrl, { sub: 'user-alice', amr })
        const target = `/connect/authorize?${authorizeQuery(world.web, { state: nextState() })}`
        const answer = await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
        op.onProbe = undefined
        t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'is challenged')
        expectNoArtefact(t, answer)
      },
    )
  },
)
