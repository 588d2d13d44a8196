import t, { type Test } from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { basic, redeem } from './frame/codes.ts'
import { describe, expectNoArtefact, expectRefused } from './frame/expect.ts'
import { askedFor, Jar } from './frame/jar.ts'
import { canary, type LenientStage, onLenientStage, stepUpForAll } from './frame/lenient-stage.ts'
import { authorizeQuery } from './frame/real-stage.ts'
import { type ScriptedOp, sendJson } from './frame/scripted-op.ts'
import { type Answer, form, navigation, send } from './frame/wire.ts'

// Cases that notice the loss of a single guard where every case of the list of threats meets two of them.

/** At this OP a cookie names the account and the session: several accounts may share one. */
function shareSessions(op: ScriptedOp, onAsked: () => Promise<void> = async () => {}, amr = 'pwd'): void {
  const answerToken = async (code: string, response: Parameters<typeof sendJson>[0]): Promise<void> => {
    await onAsked()
    const { sub, sid, nonce } = JSON.parse(Buffer.from(code, 'base64url').toString())
    const idToken = await op.signIdToken({ sub, sid, nonce, aud: 'step-up-gateway', amr: [amr] })
    sendJson(response, { access_token: 'of the probe', token_type: 'Bearer', id_token: idToken })
  }
  op.onProbe = ({ url, body, cookie }, response) => {
    const query = new URLSearchParams(url.split(/\?(.*)/s)[1])
    if (query.get('client_id') === 'step-up-gateway') {
      const [, sub, sid] = /_session=(.*)~(.*)/.exec(cookie ?? '') ?? []
      const code = Buffer.from(JSON.stringify({ sub, sid, nonce: query.get('nonce') })).toString('base64url')
      const answer = new URLSearchParams({ code, state: query.get('state') ?? '' })
      answer.set('iss', new URL(query.get('redirect_uri') ?? '').origin)
      response.writeHead(303, { location: `${query.get('redirect_uri')}?${answer}` }).end()
    } else {
      void answerToken(new URLSearchParams(body).get('code') ?? '', response)
    }
    return true
  }
}

/** Holds the OP's answer to the probe back until it is opened. */
function holdProbe(op: ScriptedOp): { isAsked: Promise<void>; open: () => void } {
  let open = () => {}
  const isOpen = new Promise<void>((resolve) => {
    open = resolve
  })
  const isAsked = new Promise<void>((resolve) => {
    shareSessions(op, () => {
      resolve()
      return isOpen
    })
  })
  return { isAsked, open: () => open() }
}

const cookieOf = (sub: string, sid: string) => `Cookie: _session=${sub}~${sid}`

/** The browser in which all of it happens. */
const jar = new Jar()

/** An authorization request that is decided early, while no rule asks for a challenge, and that the OP answers later. */
async function decideEarly(stage: LenientStage): Promise<void> {
  beginEarly(stage)
  await askEarly(stage)
  endEarly(stage)
}

function beginEarly({ world, op }: LenientStage): void {
  world.authsignal.control.setRules([])
  op.answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>wait')
}

async function askEarly({ world }: LenientStage, more: Record<string, string> = {}): Promise<void> {
  const target = `/connect/authorize?${authorizeQuery(world.web, more)}`
  jar.cookies.set('_session', 'user-alice~one')
  jar.take(await send(world.publicUrl, { target, headers: [jar.header(), ...navigation] }))
}

function endEarly({ world, op }: LenientStage): void {
  world.authsignal.control.setRules([stepUpForAll])
  op.answer = (_request, response) => {
    const location = `${world.web.redirectUri}?code=${canary.code}&state=the-state`
    response.writeHead(303, { location }).end()
  }
}

const resume = ({ world }: LenientStage, sub = 'user-alice', sid = 'one'): Promise<Answer> => {
  jar.cookies.set('_session', `${sub}~${sid}`)
  return send(world.publicUrl, { target: '/resume', headers: [jar.header(), ...navigation] })
}

const isReleased = ({ headers }: Answer): boolean => headers['location']?.includes(canary.code) === true

function expectChallenge(t: Test, answer: Answer): void {
  t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'a challenge', { answer: describe(answer) })
  expectNoArtefact(t, answer)
}

t.test('a decision that was made early', async (t) => {
  const stage = await onLenientStage()(t)
  shareSessions(stage.op)
  t.beforeEach(() => {
    jar.cookies.clear()
    return decideEarly(stage)
  })

  t.test('holds for the answer to its request, once', async (t) => {
    t.ok(isReleased(await resume(stage)), 'is released')
    expectChallenge(t, await resume(stage))
  })
  t.test('not for another user in the same session', async (t) =>
    expectChallenge(t, await resume(stage, 'user-bob')),
  )
  t.test('not for another session of the same user', async (t) =>
    expectChallenge(t, await resume(stage, 'user-alice', 'two')),
  )
  t.test('not for longer than ten minutes', async (t) => {
    stage.world.clock.advance(10 * 60_000)
    expectChallenge(t, await resume(stage))
  })
  t.test('not for a request for more that came meanwhile', async (t) => {
    const { isAsked, open } = holdProbe(stage.op)
    beginEarly(stage)
    const smaller = askEarly(stage, { scope: 'openid' })
    await isAsked
    // What acr_values ask for is not decided before the OP has answered.
    await askEarly(stage, { scope: 'openid email', acr_values: 'high' })
    open()
    await smaller
    endEarly(stage)
    expectChallenge(t, await resume(stage))
  })
  t.test('not where the same request came once more meanwhile', async (t) => {
    const { isAsked, open } = holdProbe(stage.op)
    beginEarly(stage)
    stage.world.clock.advance(1000)
    const first = askEarly(stage, { nonce: 'once' })
    await isAsked
    stage.world.clock.advance(1000)
    const target = `/connect/authorize?${authorizeQuery(stage.world.web, { nonce: 'once' })}`
    await send(stage.world.publicUrl, { method: 'HEAD', target, headers: [jar.header(), ...navigation] })
    open()
    await first
    endEarly(stage)
    expectChallenge(t, await resume(stage))
  })
  t.test('not for two answers at the same time', async (t) => {
    let asked = 0
    let open = () => {}
    const both = new Promise<void>((resolve) => {
      open = resolve
    })
    shareSessions(stage.op, async () => {
      asked += 1
      if (asked === 2) open()
      await both
    })
    const answers = await Promise.all([resume(stage), resume(stage)])
    t.equal(answers.filter(isReleased).length, 1, 'one is released')
  })
})

t.test('a code that can not be written down does not leave', async (t) => {
  const memory = createMemoryStore(Date.now)
  const store: Store = {
    ...memory,
    set: async (key, ...rest) => {
      if (key.startsWith('code:')) throw new Error('full')
      await memory.set(key, ...rest)
    },
  }
  const stage = await onLenientStage({ store, rules: [] })(t)
  const target = `/connect/authorize?${authorizeQuery(stage.world.web)}`
  const answer = await send(stage.world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
  t.equal(answer.status, 503)
  expectNoArtefact(t, answer)
})

t.test('while the store is down', async (t) => {
  const memory = createMemoryStore(Date.now)
  let isDown = false
  const store: Store = {
    ...memory,
    get: async (key) => {
      if (isDown) throw new Error('down')
      return memory.get(key)
    },
  }
  const stage = await onLenientStage({ store, rules: [] })(t)
  const { world, op } = stage
  const jar = await askedFor(stage)
  isDown = true
  const askAt = (uri: string) => {
    const location = `${uri}?code=${canary.code}&state=the-state`
    op.answer = (_request, response) => response.writeHead(303, { location }).end()
    return send(world.publicUrl, { target: '/resume', headers: [jar.header(), ...navigation] })
  }
  t.equal((await askAt(world.web.redirectUri)).status, 503, 'a protected client gets nothing')
  t.equal((await askAt('https://other.example.com/cb')).status, 303, 'the rest flows')
  const redeemBy = (headers: readonly string[]) =>
    send(world.publicUrl, {
      method: 'POST',
      target: '/connect/token',
      headers: [form, ...headers],
      body: 'grant_type=authorization_code&code=c',
    })
  stage.beLenient()
  t.equal((await redeemBy([])).status, 503, 'a code of nobody does not redeem')
  t.equal((await redeemBy([basic('web', 'x')])).status, 503)
  t.equal((await redeemBy([basic('other', 'x')])).status, 400, 'the tokens were for web')
})

t.test('a request object beside a pushed request', async (t) => {
  const stage = await onLenientStage()(t)
  const { world, op } = stage
  const query = authorizeQuery(world.web)
  op.answer = (_request, response) => sendJson(response, { request_uri: 'urn:pushed', expires_in: 60 }, 201)
  const pushed = await send(world.publicUrl, {
    method: 'POST',
    target: '/connect/par',
    headers: [form],
    body: query,
  })
  t.equal(pushed.status, 201, 'what is pushed is remembered')
  const claims = Buffer.from(JSON.stringify({ client_id: 'other' })).toString('base64url')
  for (const more of ['&request=', `&request=e30.${claims}.`]) {
    stage.beLenient()
    const target = `/connect/authorize?client_id=web&request_uri=urn:pushed${more}`
    const answer = await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
    if (more.endsWith('=')) t.equal(answer.status, 303, 'alone it is decided on')
    else expectRefused(t, answer, 400, { seen: () => op.requests.map(({ url }) => url) })
  }
})

t.test('an ID token that is true and that the policy does not list', async (t) => {
  const stage = await onLenientStage({ rules: [] })(t)
  const { world, op } = stage
  const idToken = await op.signIdToken({ sub: 'user-alice', aud: 'web', nonce: 'the-nonce' })
  op.answer = (_request, response) => {
    const location = `${world.web.redirectUri}#code=${canary.code}&id_token=${idToken}&state=the-state`
    response.writeHead(303, { location }).end()
  }
  const target = `/connect/authorize?${authorizeQuery(world.web)}`
  const answer = await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
  t.match(answer.headers['location'], 'error=unsupported_response_type')
  expectNoArtefact(t, answer)
})

t.test('a release that rested on the amr, and tokens that show another', async (t) => {
  const stage = await onLenientStage({ clients: { web: { satisfiedByAmr: ['mfa'] } } })(t)
  const { world, op } = stage
  shareSessions(op, async () => {}, 'mfa')
  for (const [amr, status] of [
    [['pwd'], 400],
    [['mfa'], 200],
    // Some OPs write one method as text.
    ['mfa', 200],
    ['pwd mfa', 400],
    [['mfa', 1], 400],
    [{ 0: 'mfa' }, 400],
    [1, 400],
  ] as const) {
    stage.beLenient()
    const target = `/connect/authorize?${authorizeQuery(world.web, { state: JSON.stringify(amr) })}`
    const headers = [cookieOf('user-alice', 'one'), ...navigation]
    t.ok(isReleased(await send(world.publicUrl, { target, headers })), 'needs no challenge')
    const idToken = await op.signIdToken({ sub: 'user-alice', aud: 'web', amr })
    op.answer = (_request, response) => sendJson(response, { access_token: canary.token, id_token: idToken })
    const answer = await redeem(world, world.web, canary.code)
    t.equal(answer.status, status, JSON.stringify(amr))
    if (status !== 200) expectNoArtefact(t, answer)
  }
})
