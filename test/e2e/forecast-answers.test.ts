import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { basic } from '../attacks/frame/codes.ts'
import { type LenientStage, onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { type Script, sendJson } from '../attacks/frame/scripted-op.ts'
import { form, navigation, type RawRequest } from '../attacks/frame/wire.ts'
import { secretOf } from '../lab/op-world.ts'
import type { WorldOptions } from '../lab/world.ts'
import { expectOwnAnswer, expectSaid, send, sendToOp, watchLines } from './forecast-frame.ts'

/** The same of what an OP answers: one that can be told to say anything, behind two gateways that differ in the mode only. */

const everyType = ['code', 'id_token', 'code id_token', 'code token']
const shared = 'https://shared.example.com/cb'

function describeWorld(mode: 'enforce' | 'monitor'): WorldOptions {
  return {
    rules: [],
    provider: { jsonPaths: ['/api/login'] },
    clients: {
      web: { mode },
      web2: { mode, responseTypes: everyType },
      consenting: { mode: 'off' },
      one: { mode, redirectUris: [shared] },
      two: { mode, redirectUris: [shared] },
    },
    config: {
      protectedPaths: [
        { path: '/account', mode },
        { path: '/keys', httpMethods: ['DELETE'], mode, action: 'keys' },
      ],
    },
  }
}

const enforced = await onLenientStage(describeWorld('enforce'))(t)
const watched = await onLenientStage(describeWorld('monitor'))(t)
const both = [enforced, watched]

interface Row {
  /** What happens before, such as a request that is answered later. */
  readonly before?: readonly Build[]
  readonly send: Build
  readonly answer?: (stage: LenientStage) => Script
  /** What `enforce` makes of it: the status, and why; or nothing. */
  readonly refused?: readonly [status: number, reason: string]
}
type Build = (stage: LenientStage) => RawRequest

const path = '/connect/authorize'
const ask =
  (client: 'web' | 'web2' | 'other', more: Record<string, string> = {}): Build =>
  ({ world, cookie }) => ({
    target: `${path}?${authorizeQuery(world[client], more)}`,
    headers: [cookie, ...navigation],
  })
const get =
  (target: string, headers: readonly string[] = []): Build =>
  ({ cookie }) => ({ target, headers: [cookie, ...navigation, ...headers] })
const token =
  (clientId: string, body = 'grant_type=authorization_code&code=c'): Build =>
  () => ({
    method: 'POST',
    target: '/connect/token',
    headers: [form, basic(clientId, secretOf(clientId))],
    body,
  })

const redirectTo =
  (location: (stage: LenientStage) => string | Promise<string>) =>
  (stage: LenientStage): Script =>
  async (_request, response) =>
    response.writeHead(303, { location: await location(stage) }).end()
const page =
  (body: string | Buffer, headers: Record<string, string> = {}) =>
  (): Script =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(body)
const tokens =
  (claims: Record<string, unknown> | undefined, more: Record<string, unknown> = {}) =>
  ({ op }: LenientStage): Script =>
  async (_request, response) =>
    sendJson(response, {
      access_token: 'x',
      token_type: 'Bearer',
      ...(claims && { id_token: await op.signIdToken(claims) }),
      ...more,
    })

const code = redirectTo(({ world }) => `${world.web.redirectUri}?code=c&state=the-state`)
const hybrid = (sub: string) =>
  redirectTo(async ({ world, op }) => {
    const idToken = await op.signIdToken({ sub, aud: 'web2', nonce: 'the-nonce' })
    return `${world.web2.redirectUri}#code=c&id_token=${idToken}&state=the-state`
  })
const twoForms = `<form method="post" action="https://app.example.com/cb"><input name="code" value="c"></form>
<form method="post" action="https://other.example.com/cb"><input name="code" value="d"></form><script>document.forms[0].submit()</script>`
const long = Buffer.alloc(600 * 1024, ' ')
const good = { sub: 'user-alice', aud: 'web' }

const rows: Record<string, Row> = {
  'a code': { send: ask('web'), answer: code },
  'a code at an address that is not listed': {
    send: ask('web'),
    answer: redirectTo(() => 'https://elsewhere.example.com/cb?code=c&state=the-state'),
    refused: [403, 'unlisted_redirect_uri'],
  },
  'an ID token that is not allowed': {
    send: ask('web'),
    answer: redirectTo(async ({ world, op }) => {
      return `${world.web.redirectUri}#code=c&id_token=${await op.signIdToken(good)}&state=the-state`
    }),
    refused: [303, 'unsupported_response_type'],
  },
  'an ID token that was not asked for': {
    send: ask('web2'),
    answer: hybrid('user-alice'),
    refused: [303, 'unasked_response'],
  },
  'an ID token that was': {
    send: ask('web2', { response_type: 'code id_token' }),
    answer: hybrid('user-alice'),
  },
  'an ID token of another': {
    send: ask('web2', { response_type: 'code id_token' }),
    answer: hybrid('user-bob'),
    refused: [303, 'front_channel_of_another'],
  },
  'a response to two clients, and no request': {
    send: get('/login'),
    answer: redirectTo(() => `${shared}?code=c&state=x`),
    refused: [410, 'restart'],
  },
  'a token that nobody asked for': {
    send: get('/login'),
    answer: redirectTo(() => 'https://elsewhere.example.com/cb#access_token=c&state=x'),
    refused: [410, 'restart'],
  },
  'a token that an unlisted client asked for': {
    send: ask('other', { response_type: 'token' }),
    answer: redirectTo(({ world }) => `${world.other.redirectUri}#access_token=c&state=the-state`),
  },
  'the same, answered later': {
    before: [ask('other', { response_type: 'token', state: 'later' })],
    send: get('/login'),
    answer: redirectTo(({ world }) => `${world.other.redirectUri}#access_token=c&state=later`),
  },
  'an address that is none': {
    send: ask('web'),
    answer: redirectTo(() => 'https://a b/?code=c'),
    refused: [502, 'upstream_unreadable'],
  },
  'a page': { send: ask('web'), answer: page('<p>login') },
  'a page in a coding that nobody reads': {
    send: ask('web'),
    answer: page('x', { 'content-encoding': 'unknown' }),
    refused: [502, 'upstream_unreadable'],
  },
  'a page in a coding': {
    send: ask('web'),
    answer: page(gzipSync('<p>login'), { 'content-encoding': 'gzip' }),
  },
  'a page of two readings': {
    send: ask('web'),
    answer: page(twoForms),
    refused: [502, 'upstream_unreadable'],
  },
  'a page that is too long': { send: ask('web'), answer: page(long), refused: [502, 'upstream_unreadable'] },
  'a page in parts': {
    send: ask('web'),
    answer: page('--b\r\n\r\nx\r\n--b--', { 'content-type': 'multipart/x-mixed-replace; boundary=b' }),
    refused: [502, 'upstream_unreadable'],
  },
  'tokens in no page': {
    send: ask('web'),
    answer: page('{"access_token":"x"}', { 'content-type': 'application/json' }),
    refused: [502, 'upstream_unreadable'],
  },
  'a long answer of no page': {
    send: ask('web'),
    answer: page(long, { 'content-type': 'application/json' }),
    refused: [502, 'upstream_unreadable'],
  },
  'a sign-in by script': {
    send: get('/api/login'),
    answer: page('{"ok":true}', { 'content-type': 'application/json' }),
  },
  'a sign-in by script that is too long': {
    send: get('/api/login'),
    answer: page(long, { 'content-type': 'application/json' }),
    refused: [502, 'upstream_unreadable'],
  },
  // Token responses
  'tokens of the user': { before: [ask('web')], send: token('web'), answer: tokens(good) },
  'tokens of another user': {
    before: [ask('web')],
    send: token('web'),
    answer: tokens({ ...good, sub: 'user-bob' }),
    refused: [400, 'invalid_grant'],
  },
  'tokens for another client': {
    before: [ask('web')],
    send: token('web'),
    answer: tokens({ ...good, aud: 'other' }),
    refused: [400, 'invalid_grant'],
  },
  'tokens without an ID token': {
    before: [ask('web')],
    send: token('web'),
    answer: tokens(undefined),
    refused: [400, 'invalid_grant'],
  },
  'an encrypted ID token': {
    before: [ask('web')],
    send: token('web'),
    answer: tokens(undefined, { id_token: 'a.b.c.d.e' }),
    refused: [400, 'invalid_grant'],
  },
  'a token response that is none': {
    before: [ask('web')],
    send: token('web'),
    answer: page('<p>'),
    refused: [400, 'invalid_grant'],
  },
  'a token response that is too long': {
    before: [ask('web')],
    send: token('web'),
    answer: tokens(good, { padding: 'x'.repeat(1024 * 1024) }),
    refused: [502, 'upstream_unreadable'],
  },
  'tokens of an unlisted client': {
    send: token('other', 'grant_type=refresh_token&refresh_token=x'),
    answer: tokens({ sub: 'user-alice', aud: 'other' }),
  },
  'tokens of an unlisted client for a protected one': {
    send: token('other', 'grant_type=refresh_token&refresh_token=x'),
    answer: tokens(good),
    refused: [400, 'invalid_grant'],
  },
  // Pages
  'a protected page': { send: get('/account'), answer: page('done') },
  'a protected page, and a session in its URL': {
    send: get('/account?_session=user-bob'),
    answer: page('done'),
    refused: [400, 'ambiguous_target'],
  },
  'a protected page, and a token': {
    send: get('/account', ['Authorization: Bearer x']),
    answer: page('done'),
    refused: [403, 'sign_in_first'],
  },
  'a protected page for nobody': {
    send: () => ({ target: '/account', headers: navigation }),
    answer: page('login'),
  },
  'a form of nobody': {
    send: () => ({ method: 'POST', target: '/account', headers: [form], body: 'a=b' }),
    answer: page('login'),
    refused: [403, 'sign_in_first'],
  },
  'a form that may delete': {
    send: ({ cookie }) => ({
      method: 'POST',
      target: '/keys?access_token=x',
      headers: [cookie, form],
      body: '_method=delete',
    }),
    answer: page('done'),
    refused: [400, 'ambiguous_target'],
  },
  'a page of two': { send: get('/account.php/keys', []), answer: page('done') },
  'two cookies of the session at a page': {
    send: () => ({ target: '/account', headers: ['Cookie: _session=a; _session=b', ...navigation] }),
    answer: page('done'),
    refused: [400, 'ambiguous_cookies'],
  },
  'a form that is too long': {
    send: ({ cookie }) => ({
      method: 'POST',
      target: '/account',
      headers: [cookie, form],
      body: 'x'.repeat(1024 * 1024 + 1),
    }),
    answer: page('done'),
    refused: [413, 'body_too_large'],
  },
}

async function prepare(stage: LenientStage, { before = [] }: Row): Promise<void> {
  for (const build of before) {
    stage.op.answer = code(stage)
    await send(stage.world.publicUrl, build(stage))
  }
}

async function play(t: Test, row: Row): Promise<void> {
  for (const stage of both) {
    // Whatever was asked before has no part in it.
    stage.world.clock.advance(2 * 3_600_000)
    await prepare(stage, row)
    stage.op.answer = row.answer?.(stage) ?? stage.op.answer
  }
  const { result: refusal, lines: refused } = await watchLines(enforced.world, 'refused', () =>
    send(enforced.world.publicUrl, row.send(enforced)),
  )
  const { result: answer, lines: wouldRefuse } = await watchLines(watched.world, 'would be refused', () =>
    send(watched.world.publicUrl, row.send(watched)),
  )
  expectSaid(t, refused, wouldRefuse)
  if (row.refused === undefined) t.same(refused, [])
  else
    t.match(
      [refusal.status, refused.map(({ reason, code }) => reason ?? code)],
      [row.refused[0], [row.refused[1]]],
    )
  expectOwnAnswer(t, answer, await sendToOp(watched.world, watched.op, row.send(watched)))
  t.same(watched.world.audit('unwatched'), [])
}

for (const [name, row] of Object.entries(rows)) {
  t.test(name, (t) => play(t, row))
}
