import t from 'tap'
import type { Browser } from '../../src/http/browser.ts'
import type { Case } from '../../src/records/records.ts'
import { judge } from '../../src/step-up/judge.ts'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { type ScriptedOp, sendJson } from '../attacks/frame/scripted-op.ts'
import { navigation, send } from '../attacks/frame/wire.ts'
import { makeServices } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'
import { serve } from '../upstream/serve.ts'

const known = {
  sub: 'user-alice',
  preferred_username: 'alice',
  email: 'alice@example.com',
  phone_number: '+15550100',
}

/** The OP tells the gateway these claims of whoever is signed in. */
function identify(op: ScriptedOp, claims: Record<string, unknown>): void {
  let nonce: string | null = null
  op.onProbe = ({ url }, response) => {
    const query = new URLSearchParams(url.split(/\?(.*)/s)[1])
    const redirectUri = query.get('redirect_uri')
    if (redirectUri !== null) {
      nonce = query.get('nonce')
      const iss = new URL(redirectUri).origin
      const answer = new URLSearchParams({ code: 'of the probe', state: query.get('state') ?? '', iss })
      response.writeHead(303, { location: `${redirectUri}?${answer}` }).end()
    } else {
      void op
        .signIdToken({ ...claims, aud: 'step-up-gateway', nonce })
        .then((idToken) => sendJson(response, { access_token: 'a', token_type: 'Bearer', id_token: idToken }))
    }
    return true
  }
}

const deviceId = '3f0f6d9c-2a7e-4c11-9d0a-0d1c2b3a4f5e'
const all = ['username', 'email', 'phone']

t.test('Authsignal gets of the user what the policy says, as far as the OP tells it', async (t) => {
  const { world, op, cookie } = await onLenientStage({
    clients: {
      web: { send: all },
      web2: { send: ['email'] },
      consenting: { send: [] },
    },
  })(t)
  const { web, web2, consenting, authsignal, clock } = world
  const { email, phone_number: phoneNumber, preferred_username: username } = known
  const table = [
    { name: 'all', rp: web, claims: known, sent: { username, email, phoneNumber } },
    { name: 'one', rp: web2, claims: known, sent: { email } },
    { name: 'none', rp: consenting, claims: known, sent: {} },
    { name: 'all, of which the OP tells nothing', rp: web, claims: { sub: 'user-alice' }, sent: {} },
    {
      name: 'all, of which the OP has verified none',
      rp: web,
      claims: { ...known, email_verified: false, phone_number_verified: false },
      sent: { username },
    },
  ]
  for (const { name, rp, claims, sent } of table) {
    t.test(name, async (t) => {
      clock.advance(11 * 60_000)
      identify(op, claims)
      const target = `/connect/authorize?${authorizeQuery(rp)}`
      await send(world.publicUrl, { target, headers: [`${cookie}; __as_aid=${deviceId}`, ...navigation] })
      const { userId, attributes } = authsignal.control.tracks.at(-1) ?? {}
      t.equal(userId, 'user-alice')
      const { username, email, phoneNumber, deviceId: device } = attributes ?? {}
      t.same(
        { username, email, phoneNumber },
        { username: undefined, email: undefined, phoneNumber: undefined, ...sent },
      )
      t.equal(device, deviceId)
    })
  }
})

t.test('of two challenges at once of which one is too many, one is refused', async (t) => {
  // Authsignal answers neither before it was asked for both.
  const answers: (() => void)[] = []
  const port = await serve(t, async (request, response) => {
    const { idempotencyKey } = JSON.parse(Buffer.concat(await request.toArray()).toString())
    const url = 'https://mfa.authsignal.com/c'
    const answer = { state: 'CHALLENGE_REQUIRED', isEnrolled: true, url, idempotencyKey }
    response.setHeader('content-type', 'application/json')
    answers.push(() => response.end(JSON.stringify(answer)))
    if (answers.length === 2) for (const send of answers) send()
  })
  const whole = makeConfig({})
  const apiUrl = `http://127.0.0.1:${port}/v1`
  const config = {
    ...whole,
    authsignal: { ...whole.authsignal, apiUrl, timeout: 10_000 },
    stepUp: { ...whole.stepUp, perUser: 1 },
  }
  const services = makeServices({ config })
  const policy = { ...config.defaults, mode: 'enforce' as const }
  const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
  const it: Case = { clientId: 'web', policyIds: ['web'], user }
  const challenge = () =>
    judge(services, it, {
      policy,
      browser: { ids: [], address: '192.0.2.1' },
      leg: 'request' as const,
      atRelease: false,
      tabs: [],
    })
  const judgements = await Promise.all([challenge(), challenge()])
  t.same(judgements.map(({ decision }) => decision.verdict).sort(), ['challenge', 'deny'])
  t.match(
    judgements.find(({ decision }) => decision.verdict === 'deny'),
    { decision: { reason: 'too_many_challenges', error: 'access_denied' }, stepUpId: undefined },
  )
  t.match(
    judgements.find(({ decision }) => decision.verdict === 'challenge'),
    { stepUpId: /^[\w-]{22}$/ },
  )
})

t.test('a silent refusal holds where it was asked for, by an OP without sessions too', async (t) => {
  let asked = 0
  const port = await serve(t, async (request, response) => {
    asked += 1
    const { idempotencyKey } = JSON.parse(Buffer.concat(await request.toArray()).toString())
    const url = 'https://mfa.authsignal.com/c'
    const answer = { state: 'CHALLENGE_REQUIRED', isEnrolled: true, url, idempotencyKey }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  const whole = makeConfig({})
  const apiUrl = `http://127.0.0.1:${port}/v1`
  const config = { ...whole, authsignal: { ...whole.authsignal, apiUrl, timeout: 10_000 } }
  const services = makeServices({ config })
  const policy = { ...config.defaults, mode: 'enforce' as const }
  const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
  const it: Case = { clientId: 'web', policyIds: ['web'], user }
  const table: [more: Partial<Case>, browser: Browser, questions: number][] = [
    [{}, { address: '192.0.2.1', ids: [] }, 1],
    [{}, { address: '192.0.2.1', ids: [] }, 0],
    [{}, { address: '192.0.2.2', ids: [] }, 1],
    [{}, { address: '192.0.2.1', ids: ['home'] }, 1],
    [{}, { address: '192.0.2.2', ids: ['home'] }, 0],
    [{ user: { ...user, session: 'one' } }, { address: '192.0.2.1', ids: [] }, 1],
    [{ user: { ...user, session: 'one' } }, { address: '192.0.2.2', ids: ['home'] }, 0],
    [{ scope: ['b', 'a'] }, { address: '192.0.2.1', ids: [] }, 1],
    [{ scope: ['a', 'b'] }, { address: '192.0.2.1', ids: [] }, 0],
    [{ acrValues: 'high' }, { address: '192.0.2.1', ids: [] }, 1],
  ]
  for (const [more, browser, questions] of table) {
    const before = asked
    const occasion = {
      policy,
      browser,
      leg: 'request' as const,
      atRelease: false,
      tabs: [],
      noInteraction: 'prompt_none' as const,
    }
    t.match(await judge(services, { ...it, ...more }, occasion), {
      decision: { error: 'interaction_required' },
    })
    t.equal(asked - before, questions, JSON.stringify([more, browser]))
  }
})
