import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import axios from 'axios'
import pino from 'pino'
import t, { type Test } from 'tap'
import {
  type Authsignal,
  AuthsignalError,
  createAuthsignal,
  type TrackRequest,
} from '../../src/authsignal/authsignal.ts'
import { createAuthsignalClient } from '../../src/authsignal/authsignal-client.ts'
import { freePorts } from '../lab/ports.ts'
import { recordCalls } from '../tracing/record-calls.ts'

const SECRET = 'canary-secret-Zk93'
const TOKEN = 'eyJ-canary-token'
const KEY = 'key-1'
const TRACK: TrackRequest = {
  userId: 'alice',
  action: 'oidc-authorize',
  idempotencyKey: KEY,
  redirectUrl: 'https://login.example.com/step-up/return/1/n',
  custom: { amr: 'pwd' },
}
const ALLOWED = {
  state: 'ALLOW',
  isEnrolled: true,
  url: 'https://mfa.authsignal.com/?t=1',
  idempotencyKey: KEY,
}
const SUCCEEDED = {
  isValid: true,
  state: 'CHALLENGE_SUCCEEDED',
  userId: 'alice',
  actionCode: 'oidc-authorize',
  idempotencyKey: KEY,
  verificationMethod: 'PASSKEY',
  stateUpdatedAt: '2026-11-22T01:00:00.000Z',
}

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
type Answer = (response: ServerResponse, seen: Seen) => void

interface StandIn {
  readonly url: string
  readonly seen: Seen[]
}

/** Answers the requests with `answers` in turn; the last one serves all that follow. */
async function standIn(t: Test, ...answers: Answer[]): Promise<StandIn> {
  const seen: Seen[] = []
  const url = await serve(t, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url, headers } = request
    const now: Seen = { method, url, headers, body: Buffer.concat(chunks).toString() }
    seen.push(now)
    const answer = answers[Math.min(seen.length, answers.length) - 1]
    answer?.(response, now)
  })
  return { url, seen }
}

async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const json =
  (body: unknown, status = 200): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
const raw =
  (status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }
const hang: Answer = () => undefined
const reset: Answer = (response) => {
  response.socket?.resetAndDestroy()
}
const close: Answer = (response) => {
  response.socket?.destroy()
}

const connect = (url: string, options: { timeout?: number; challengeHosts?: string[] } = {}): Authsignal =>
  createAuthsignal({
    apiUrl: `${url}/v1`,
    apiSecretKey: SECRET,
    timeout: 10_000,
    challengeHosts: ['*.authsignal.com'],
    ...options,
  })

const validate = (authsignal: Authsignal) =>
  authsignal.validate({ token: TOKEN, userId: 'alice', action: 'oidc-authorize' })

const calls: Record<string, (authsignal: Authsignal) => Promise<unknown>> = {
  track: (authsignal) => authsignal.track(TRACK),
  validate,
}

async function failureOf(call: Promise<unknown>): Promise<AuthsignalError> {
  const failure: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (failure instanceof AuthsignalError) return failure
  throw new Error('expected an AuthsignalError', { cause: failure })
}

t.test('track sends the attributes as the body, with the secret as the Basic user name', async (t) => {
  const api = await standIn(t, json(ALLOWED))
  const tracked = await connect(api.url).track({
    ...TRACK,
    ipAddress: '192.0.2.7',
    userAgent: 'UA',
    deviceId: '4b9c7f43-8f0c-4a0e-9d6c-0a6a6bbf9a11',
    locale: 'en',
    username: 'alice',
    email: 'alice@example.com',
    phoneNumber: '+6421000000',
  })

  t.strictSame(tracked, {
    state: 'ALLOW',
    isEnrolled: true,
    url: 'https://mfa.authsignal.com/?t=1',
    offered: undefined,
    ruleIds: undefined,
    refusedOrigin: undefined,
  })
  const [request] = api.seen
  t.match(request, { method: 'POST', url: '/v1/users/alice/actions/oidc-authorize' })
  t.equal(request?.headers.authorization, `Basic ${Buffer.from(`${SECRET}:`).toString('base64')}`)
  t.strictSame(JSON.parse(request?.body ?? ''), {
    idempotencyKey: KEY,
    redirectUrl: TRACK.redirectUrl,
    custom: { amr: 'pwd' },
    ipAddress: '192.0.2.7',
    userAgent: 'UA',
    deviceId: '4b9c7f43-8f0c-4a0e-9d6c-0a6a6bbf9a11',
    locale: 'en',
    username: 'alice',
    email: 'alice@example.com',
    phoneNumber: '+6421000000',
  })
})

t.test('validate sends token, user and action as they are', async (t) => {
  const api = await standIn(t, json({ isValid: false, error: 'User is invalid.' }))
  const validated = await connect(api.url).validate({ token: TOKEN, userId: 'a/b', action: 'sign-in' })

  t.equal(validated.isValid, false)
  t.match(api.seen, [{ method: 'POST', url: '/v1/validate' }])
  t.strictSame(JSON.parse(api.seen[0]?.body ?? ''), { token: TOKEN, userId: 'a/b', action: 'sign-in' })
})

t.test('an apiUrl may end in slashes', async (t) => {
  const api = await standIn(t, json(ALLOWED))
  await createAuthsignal({
    apiUrl: `${api.url}/v1//`,
    apiSecretKey: SECRET,
    timeout: 10_000,
    challengeHosts: [],
  }).track(TRACK)
  t.equal(api.seen[0]?.url, '/v1/users/alice/actions/oidc-authorize')
})

t.test('ids stay one segment of the path', async (t) => {
  const api = await standIn(t, json(ALLOWED))
  const authsignal = connect(api.url)
  const cases: [id: string, segment: string][] = [
    ['a/b', 'a%2Fb'],
    ['a?b', 'a%3Fb'],
    ['a#x', 'a%23x'],
    ['a\\b', 'a%5Cb'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['../users/victim', '..%2Fusers%2Fvictim'],
    ['x/../../sessions/user/revoke?', 'x%2F..%2F..%2Fsessions%2Fuser%2Frevoke%3F'],
    ['%2e%2e', '%252e%252e'],
    ['.%2E', '.%252E'],
    ['...', '...'],
    [' ', '%20'],
    ['zoë', 'zo%C3%AB'],
    ['🔑', '%F0%9F%94%91'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ]
  for (const [id, segment] of cases) {
    await authsignal.track({ ...TRACK, userId: id, action: id })
    t.equal(api.seen.at(-1)?.url, `/v1/users/${segment}/actions/${segment}`)
  }
})

t.test('ids that can not be one segment are refused before anything is sent', async (t) => {
  const api = await standIn(t, json(ALLOWED))
  const authsignal = connect(api.url)
  for (const id of ['', '.', '..', 'x'.repeat(256), '🔑'.repeat(128), 'a\uD800', '\uDC00b']) {
    for (const ids of [
      { userId: id, action: 'sign-in' },
      { userId: 'alice', action: id },
    ]) {
      t.match(await failureOf(authsignal.track({ ...TRACK, ...ids })), { kind: 'refused', status: undefined })
      t.match(await failureOf(authsignal.validate({ token: TOKEN, ...ids })), { kind: 'refused' })
    }
  }
  t.equal(api.seen.length, 0)
})

t.test('states that track may answer, and all others', async (t) => {
  for (const state of ['ALLOW', 'BLOCK', 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED']) {
    const api = await standIn(t, json({ ...ALLOWED, state, isEnrolled: false }))
    t.match(await connect(api.url).track(TRACK), { state, isEnrolled: false })
  }
  for (const state of [
    'CHALLENGE_SUCCEEDED',
    'CHALLENGE_FAILED',
    'REVIEW',
    'allow',
    'ALLOW ',
    '',
    'toString',
  ]) {
    const api = await standIn(t, json({ ...ALLOWED, state }))
    t.equal((await connect(api.url).track(TRACK)).state, 'unknown', state)
  }
})

t.test('a challenge URL is handed out only if its host is allowed', async (t) => {
  const cases: [url: unknown, hosts: string[], expected: string | undefined][] = [
    ['https://mfa.authsignal.com/p?t=1&x=2', ['*.authsignal.com'], 'https://mfa.authsignal.com/p?t=1&x=2'],
    ['https://a.b.authsignal.com/', ['*.authsignal.com'], 'https://a.b.authsignal.com/'],
    ['https://MFA.example.com/', ['mfa.EXAMPLE.com'], 'https://mfa.example.com/'],
    ['https://mfa.example.com:8443/', ['mfa.example.com:8443'], 'https://mfa.example.com:8443/'],
    ['http://localhost:4403/c', ['x.test', 'http://localhost:4403'], 'http://localhost:4403/c'],
    ['https://mfa.example.com/', ['https://mfa.example.com'], 'https://mfa.example.com/'],
    ['https://mfa.example.com/a b"<', ['mfa.example.com'], 'https://mfa.example.com/a%20b%22%3C'],
    ['https:\\\\mfa.example.com\\x', ['mfa.example.com'], 'https://mfa.example.com/x'],
    ['https://authsignal.com/', ['*.authsignal.com'], undefined],
    ['https://.authsignal.com/', ['*.authsignal.com'], undefined],
    ['https://evilauthsignal.com/', ['*.authsignal.com'], undefined],
    ['https://mfa.authsignal.com.evil.test/', ['*.authsignal.com'], undefined],
    ['https://mfa.authsignal.com:8443/', ['*.authsignal.com'], undefined],
    ['https://mfa.example.com:8443/', ['mfa.example.com'], undefined],
    ['https://x.mfa.example.com/', ['mfa.example.com'], undefined],
    ['http://mfa.authsignal.com/', ['*.authsignal.com'], undefined],
    ['http://mfa.example.com/', ['mfa.example.com'], undefined],
    ['http://localhost:4404/', ['http://localhost:4403'], undefined],
    ['https://localhost:4403/', ['http://localhost:4403'], undefined],
    ['https://user@mfa.authsignal.com/', ['*.authsignal.com'], undefined],
    ['https://:pw@mfa.authsignal.com/', ['*.authsignal.com'], undefined],
    ['https://mfa.authsignal.com@evil.test/', ['*.authsignal.com'], undefined],
    ['https://evil.test/\\.authsignal.com', ['*.authsignal.com'], undefined],
    ['https://evil.test#.authsignal.com', ['*.authsignal.com'], undefined],
    ['//mfa.authsignal.com/', ['*.authsignal.com'], undefined],
    ['javascript:alert(1)//mfa.authsignal.com', ['*.authsignal.com'], undefined],
    ['ftp://mfa.authsignal.com/', ['*.authsignal.com', 'ftp://mfa.authsignal.com'], undefined],
    ['https://mfa.authsignal.com/', [], undefined],
    ['', ['*.authsignal.com'], undefined],
    [null, ['*.authsignal.com'], undefined],
    [undefined, ['*.authsignal.com'], undefined],
  ]
  for (const [url, challengeHosts, expected] of cases) {
    const api = await standIn(t, json({ ...ALLOWED, url }))
    const tracked = await connect(api.url, { challengeHosts }).track(TRACK)
    t.equal(tracked.url, expected, `${url} for ${challengeHosts}`)
    t.equal(tracked.refusedOrigin !== undefined, Boolean(url) && expected === undefined)
  }
})

t.test('answers to track that say too little', async (t) => {
  const answers: [name: string, answer: Answer][] = [
    ['HTML', raw(200, '<html>ALLOW</html>', { 'content-type': 'text/html' })],
    ['nothing', raw(200)],
    ['no content', raw(204)],
    ['another success', json(ALLOWED, 201)],
    ['broken JSON', raw(200, '{"state":"ALLOW","isEnrolled":true', { 'content-type': 'application/json' })],
    ['null', json(null)],
    ['a string', json('ALLOW')],
    ['an empty array', json([])],
    ['an array', json([ALLOWED])],
    ['an empty object', json({})],
    ['no state', json({ ...ALLOWED, state: undefined })],
    ['a list of states', json({ ...ALLOWED, state: ['ALLOW'] })],
    ['no isEnrolled', json({ ...ALLOWED, isEnrolled: undefined })],
    ['isEnrolled as a string', json({ ...ALLOWED, isEnrolled: 'true' })],
    ['isEnrolled as a number', json({ ...ALLOWED, isEnrolled: 1 })],
    ['a URL that is no string', json({ ...ALLOWED, url: { href: ALLOWED.url } })],
    ['no idempotency key', json({ ...ALLOWED, idempotencyKey: undefined })],
    ['another idempotency key', json({ ...ALLOWED, idempotencyKey: 'key-2' })],
    ['the idempotency key in other case', json({ ...ALLOWED, idempotencyKey: 'KEY-1' })],
    [
      'fields of the prototype',
      raw(200, JSON.stringify({ a: 1 }).replace('"a":1', '"__proto__":{"state":"ALLOW"}')),
    ],
  ]
  for (const [name, answer] of answers) {
    const api = await standIn(t, answer)
    t.equal((await failureOf(connect(api.url).track(TRACK))).kind, 'unreadable', name)
    t.equal(api.seen.length, 1)
  }
})

t.test('methods between which a user can choose', async (t) => {
  type Methods = string[] | null | undefined
  const table: [name: string, isEnrolled: boolean, enrolled: Methods, allowed: Methods, offered: Methods][] =
    [
      ['those enrolled that are allowed', true, ['SMS', 'PASSKEY'], ['PASSKEY', 'TOTP'], ['PASSKEY']],
      ['all that are enrolled', true, ['SMS', 'PASSKEY'], undefined, ['SMS', 'PASSKEY']],
      ['those that can be enrolled', false, [], ['PASSKEY', 'TOTP'], ['PASSKEY', 'TOTP']],
      ['not told what is enrolled', true, undefined, ['PASSKEY'], undefined],
      ['null for what is enrolled', true, null, ['PASSKEY'], undefined],
      ['not told what can be enrolled', false, ['SMS'], null, undefined],
    ]
  for (const [name, isEnrolled, enrolled, allowed, offered] of table) {
    const lists = { enrolledVerificationMethods: enrolled, allowedVerificationMethods: allowed }
    const api = await standIn(t, json({ ...ALLOWED, isEnrolled, ...lists }))
    t.strictSame((await connect(api.url).track(TRACK)).offered, offered, name)
  }
})

t.test('to add an authenticator takes a token', async (t) => {
  const api = await standIn(t, json({ ...ALLOWED, token: TOKEN }))
  t.strictSame(await connect(api.url).trackForEnrolment(TRACK), { state: 'ALLOW', token: TOKEN })
  t.match(JSON.parse(api.seen[0]?.body ?? ''), { scope: 'add:authenticators' })
  for (const token of [undefined, null, '']) {
    const { url } = await standIn(t, json({ ...ALLOWED, token }))
    t.equal((await failureOf(connect(url).trackForEnrolment(TRACK))).kind, 'unreadable', `${token}`)
  }
})

t.test('further fields do not matter', async (t) => {
  const api = await standIn(
    t,
    json({ ...ALLOWED, token: 'x', ruleIds: [1], new: {} }),
    json({ ...SUCCEEDED, new: 1 }),
  )
  t.strictSame(Object.keys(await connect(api.url).track(TRACK)), [
    'state',
    'isEnrolled',
    'url',
    'offered',
    'ruleIds',
    'refusedOrigin',
  ])
  t.notOk('new' in (await validate(connect(api.url))))
})

t.test('the rules that matched are for the log: they never make an answer unreadable', async (t) => {
  const rule = '2f0b4b67-6d2f-4a8e-9c8e-4f2f5a1d9b11'
  const table: [ruleIds: unknown, read: unknown][] = [
    [
      [rule, rule],
      [rule, rule],
    ],
    [[], []],
    [null, undefined],
    ['text', undefined],
    [[rule, SECRET], undefined],
    [Array(33).fill(rule), undefined],
  ]
  for (const [ruleIds, read] of table) {
    const api = await standIn(t, json({ ...ALLOWED, ruleIds }))
    t.strictSame((await connect(api.url).track(TRACK)).ruleIds, read)
  }
})

t.test('answers to validate', async (t) => {
  const { actionCode, ...rest } = SUCCEEDED
  const whole = { ...rest, action: actionCode }
  const nothing = { state: undefined, userId: undefined, action: undefined, idempotencyKey: undefined }
  const answers: [name: string, answer: unknown, expected: Record<string, unknown>][] = [
    ['actionCode alone', SUCCEEDED, whole],
    ['action alone', whole, whole],
    ['both, the same', { ...SUCCEEDED, action: actionCode }, whole],
    [
      'not done',
      { ...SUCCEEDED, isValid: false, state: 'CHALLENGE_REQUIRED' },
      { ...whole, isValid: false, state: 'CHALLENGE_REQUIRED' },
    ],
    ['another user', { isValid: false, error: 'User is invalid.' }, { isValid: false, ...nothing }],
    ['null for absent', { isValid: false, state: null, userId: null }, { isValid: false, ...nothing }],
    ['valid and no more', { isValid: true }, { isValid: true, ...nothing }],
  ]
  for (const [name, answer, expected] of answers) {
    const api = await standIn(t, json(answer))
    t.match(await validate(connect(api.url)), expected, name)
  }
})

t.test('answers to validate that say too little, or contradict themselves', async (t) => {
  const answers: [name: string, answer: Answer][] = [
    ['HTML', raw(200, '<html></html>', { 'content-type': 'text/html' })],
    ['nothing', raw(200)],
    ['null', json(null)],
    ['an array', json([SUCCEEDED])],
    ['an empty object', json({})],
    ['isValid as a string', json({ ...SUCCEEDED, isValid: 'true' })],
    ['isValid as a number', json({ ...SUCCEEDED, isValid: 1 })],
    ['a list of users', json({ ...SUCCEEDED, userId: ['alice'] })],
    ['a state that is no string', json({ ...SUCCEEDED, state: { toString: 'CHALLENGE_SUCCEEDED' } })],
    ['a key that is no string', json({ ...SUCCEEDED, idempotencyKey: 1 })],
    ['a time that is no string', json({ ...SUCCEEDED, stateUpdatedAt: 1_800_000_000 })],
    ['two different actions', json({ ...SUCCEEDED, action: 'other' })],
    ['valid, with an error', json({ ...SUCCEEDED, error: 'Action is invalid.' })],
  ]
  for (const [name, answer] of answers) {
    const api = await standIn(t, answer)
    t.equal((await failureOf(validate(connect(api.url)))).kind, 'unreadable', name)
  }
})

for (const [operation, call] of Object.entries(calls)) {
  t.test(
    `${operation}: an error is known by its status on the wire, whatever its body, and not retried`,
    async (t) => {
      const cases: [status: number, body: string, kind: string, errorCode?: string][] = [
        [400, '{"error":"invalid_request"}', 'refused', 'invalid_request'],
        [400, '{"error":"x","errorCode":"AUTHENTICATOR_NOT_FOUND"}', 'refused', 'AUTHENTICATOR_NOT_FOUND'],
        [401, '{"error":"unauthorized","errorDescription":"…"}', 'refused', 'unauthorized'],
        [401, '', 'refused'],
        [403, '<html>', 'refused'],
        [404, '[]', 'refused'],
        [409, '{"error":7}', 'refused'],
        [429, '', 'refused'],
        [429, '{"error":"too_many_requests"}', 'refused', 'too_many_requests'],
        [400, '{"error":"not a code\\n{}"}', 'refused'],
        [400, `{"error":"${'long_'.repeat(99)}"}`, 'refused'],
        [500, '', 'unavailable'],
        [502, '<html>Bad gateway</html>', 'unavailable'],
        [503, '{"error":"unavailable"}', 'unavailable', 'unavailable'],
        [599, '', 'unavailable'],
        [600, '', 'unreadable'],
        [304, '', 'unreadable'],
      ]
      for (const [status, body, kind, errorCode] of cases) {
        const api = await standIn(t, raw(status, body))
        const failure = await failureOf(call(connect(api.url)))
        t.strictSame(
          [failure.kind, failure.status, failure.errorCode],
          [kind, status, errorCode],
          failure.message,
        )
        t.equal(api.seen.length, 1)
      }
    },
  )

  t.test(`${operation}: a redirect is not followed`, async (t) => {
    const elsewhere = await standIn(t, json(operation === 'track' ? ALLOWED : SUCCEEDED))
    for (const status of [301, 302, 303, 307, 308]) {
      const api = await standIn(t, raw(status, '', { location: `${elsewhere.url}/v1/validate` }))
      t.match(await failureOf(call(connect(api.url))), { kind: 'unreadable', status })
    }
    t.equal(elsewhere.seen.length, 0)
  })

  t.test(`${operation}: a lost connection is tried once more, with the same request`, async (t) => {
    for (const lose of [reset, close]) {
      const answer = json(operation === 'track' ? ALLOWED : SUCCEEDED)
      const back = await standIn(t, lose, answer)
      await call(connect(back.url))
      t.equal(back.seen.length, 2)
      t.equal(back.seen[0]?.body, back.seen[1]?.body)
      t.equal(back.seen[0]?.url, back.seen[1]?.url)

      const gone = await standIn(t, lose)
      t.match(await failureOf(call(connect(gone.url))), { kind: 'unavailable', errorCode: 'ECONNRESET' })
      t.equal(gone.seen.length, 2)
    }
  })

  t.test(`${operation}: nobody listens`, async (t) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const failure = await failureOf(call(connect(`http://127.0.0.1:${port}`)))
    t.match(failure, { kind: 'unavailable', errorCode: 'ECONNREFUSED', status: undefined })
  })

  t.test(`${operation}: no answer within the timeout ends the request`, async (t) => {
    const dribble: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(timer))
    }
    const check = async (answer: Answer): Promise<void> => {
      const ended = new EventEmitter()
      const hasEnded = once(ended, 'close')
      const api = await standIn(t, (response, seen) => {
        response.on('close', () => ended.emit('close'))
        answer(response, seen)
      })
      const failure = await failureOf(call(connect(api.url, { timeout: 2_000 })))
      t.match(failure, { kind: 'unavailable', errorCode: 'timeout' })
      await hasEnded
      t.equal(api.seen.length, 1)
    }
    await Promise.all([check(hang), check(dribble)])
  })
}

t.test('the timeout is for both tries together', async (t) => {
  const api = await standIn(t, reset, hang)
  t.match(await failureOf(connect(api.url, { timeout: 2_000 }).track(TRACK)), { errorCode: 'timeout' })
  t.equal(api.seen.length, 2)
})

t.test('after the timeout there is no second try', async (t) => {
  const api = await standIn(t, reset)
  t.match(await failureOf(connect(api.url, { timeout: 25 }).track(TRACK)), {
    kind: 'unavailable',
    errorCode: 'timeout',
  })
  await pause(100)
  t.ok(api.seen.length <= 1)
})

t.test('an answer that breaks off is a lost one, and not asked for again', async (t) => {
  const begin = (response: ServerResponse, headers: Record<string, string>): void => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.write('{"state":"ALLOW"', () => response.socket?.destroy())
  }
  for (const headers of [{ 'content-length': '99' }, { 'transfer-encoding': 'chunked' }]) {
    const api = await standIn(t, (response) => begin(response, headers))
    t.match(await failureOf(connect(api.url).track(TRACK)), { kind: 'unavailable', errorCode: 'broken_off' })
    t.equal(api.seen.length, 1)
  }
})

t.test('an endless answer is not read to its end, compressed or not', async (t) => {
  const big = JSON.stringify({ ...ALLOWED, padding: 'x'.repeat(300 * 1024) })
  const answers = [
    raw(200, big, { 'content-type': 'application/json' }),
    raw(200, gzipSync(big), { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
  ]
  for (const answer of answers) {
    const api = await standIn(t, answer)
    t.match(await failureOf(connect(api.url).track(TRACK)), {
      kind: 'unreadable',
      errorCode: 'ERR_BAD_RESPONSE',
    })
  }
})

t.test('what is no HTTP, and what is no TLS', async (t) => {
  const garbage = await standIn(t, (response) => response.socket?.end('\0\0\0 nonsense\r\n\r\n'))
  t.equal((await failureOf(connect(garbage.url).track(TRACK))).kind, 'unreadable')

  const plain = await standIn(t, json(ALLOWED))
  const secure = plain.url.replace('http:', 'https:')
  t.equal((await failureOf(connect(secure).track(TRACK))).kind, 'unreadable')
  t.equal(plain.seen.length, 0)
})

t.test('what can not be sent at all', async (t) => {
  const api = await standIn(t, json(ALLOWED))
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  for (const custom of [circular, { big: 1n }]) {
    const request = { ...TRACK, custom: custom as TrackRequest['custom'] }
    t.equal((await failureOf(connect(api.url).track(request))).kind, 'unreadable')
  }
  t.equal((await failureOf(connect('no-url:').track(TRACK))).kind, 'unreadable')
  t.equal(api.seen.length, 0)
})

t.test('a proxy named by the environment is not used', async (t) => {
  const proxy = await standIn(t, json(ALLOWED))
  const api = await standIn(t, json(ALLOWED))
  const before = { ...process.env }
  t.teardown(() => {
    process.env = before
  })
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) {
    process.env[name] = proxy.url
    process.env[name.toLowerCase()] = proxy.url
  }
  delete process.env['NO_PROXY']
  delete process.env['no_proxy']
  await connect(api.url).track(TRACK)
  t.equal(proxy.seen.length, 0)
  t.equal(api.seen.length, 1)
})

t.test('calls at the same time keep to themselves, as do many clients', async (t) => {
  const waiting: (() => void)[] = []
  const api = await standIn(t, (response, { body }) => {
    const { idempotencyKey } = JSON.parse(body)
    const number = Number(idempotencyKey)
    const answer =
      number % 3 === 0 ? raw(503) : json({ ...ALLOWED, idempotencyKey, isEnrolled: number % 2 === 0 })
    waiting.push(() => answer(response, { method: '', url: '', headers: {}, body: '' }))
    if (waiting.length === 12) for (const send of waiting.reverse()) send()
  })
  const numbers = Array.from({ length: 12 }, (_, number) => number)
  const results = await Promise.allSettled(
    numbers.map((number) => connect(api.url).track({ ...TRACK, idempotencyKey: `${number}` })),
  )
  t.strictSame(
    results.map((result) => (result.status === 'fulfilled' ? result.value.isEnrolled : result.reason.status)),
    numbers.map((number) => (number % 3 === 0 ? 503 : number % 2 === 0)),
  )

  const gone = await standIn(t, reset)
  await failureOf(connect(gone.url).track(TRACK))
  t.equal(gone.seen.length, 2, 'retries do not add up')
})

t.test('a client more adds nothing to the process', async (t) => {
  const { request, response } = axios.interceptors as unknown as Record<string, { handlers: unknown[] }>
  const count = (): unknown[] => [request?.handlers.length, response?.handlers.length]
  connect('http://127.0.0.1:1')
  t.strictSame(count(), [1, 1])
  connect('http://127.0.0.1:1')
  t.strictSame(count(), [1, 1])
})

t.test('a name that no DNS knows', async (t) => {
  const authsignal = connect('http://api.invalid', { timeout: 2_000 })
  t.match(await failureOf(authsignal.track(TRACK)), { kind: 'unavailable', status: undefined })
})

t.test('other requests through the same axios stay bounded, and fail as axios fails', async (t) => {
  const api = await standIn(t, raw(302, '', { location: '/elsewhere' }), raw(200, 'fine'))
  t.match(await axios.get(api.url).catch((error: unknown) => error), { response: { status: 302 } })
  t.match(await axios.get(api.url), { status: 200, data: 'fine' })
})

t.test('an error shows neither the secret nor the token, wherever they come from', async (t) => {
  const echo = JSON.stringify({ error: SECRET, errorCode: TOKEN, errorDescription: SECRET, state: SECRET })
  const answers: [name: string, answer: Answer][] = [
    ['401 with body', json({ error: 'unauthorized', errorDescription: 'x' }, 401)],
    ['401 echo', raw(401, echo)],
    ['500 empty', raw(500)],
    ['502 HTML', raw(502, `<html>${SECRET} ${TOKEN}</html>`)],
    ['200 echo', raw(200, echo)],
    ['200 HTML', raw(200, `<html>${SECRET} ${TOKEN}</html>`)],
    ['redirect', raw(302, '', { location: `http://127.0.0.1/${TOKEN}` })],
    ['reset', reset],
    ['timeout', hang],
    ['no HTTP', (response) => response.socket?.end(`${SECRET}\r\n\r\n`)],
  ]
  const canaries = [
    SECRET,
    TOKEN,
    Buffer.from(`${SECRET}:`).toString('base64'),
    Buffer.from(SECRET).toString('base64'),
  ]
  for (const [name, answer] of answers) {
    const api = await standIn(t, answer)
    const authsignal = connect(api.url, { timeout: 600 })
    const failures = await Promise.all([failureOf(authsignal.track(TRACK)), failureOf(validate(authsignal))])
    let lines = ''
    const write = (line: string): void => {
      lines += line
    }
    const log = pino({}, { write })
    for (const failure of failures) {
      log.error(failure)
      log.error({ err: failure, error: failure }, 'failed')
      const shown = [
        lines,
        JSON.stringify(failure),
        inspect(failure, { depth: 10, showHidden: true }),
        String(failure),
        String(failure.stack),
      ].join('\n')
      t.match(shown, failure.kind)
      for (const canary of canaries) t.notOk(shown.includes(canary), `${name}: ${failure.message}`)
      t.equal(failure.cause, undefined)
    }
  }
})

t.test('all devices of a user are forgotten, or it fails', async (t) => {
  const devices = [{ deviceId: 'phone' }, { deviceId: 'a/b' }]
  const api = await standIn(t, json(devices))
  t.equal(await connect(api.url).forgetDevices('alice'), 2)
  t.match(
    api.seen.map(({ method, url, body }) => [method, url, body]),
    [
      ['GET', '/v1/users/alice/devices', ''],
      ['PATCH', '/v1/users/alice/devices/phone', '{"rememberedUntil":null}'],
      ['POST', '/v1/users/alice/devices/phone/invalidate', ''],
      ['PATCH', '/v1/users/alice/devices/a%2Fb', '{"rememberedUntil":null}'],
      ['POST', '/v1/users/alice/devices/a%2Fb/invalidate', ''],
    ],
  )
  const unknown = await standIn(t, json({ error: 'invalid_request' }, 404))
  t.equal(await connect(unknown.url).forgetDevices('alice'), 0, 'Authsignal does not know the user')
  for (const [status, body] of [
    [404, {}],
    [401, {}],
    [500, {}],
  ] as const) {
    const failing = await standIn(t, json(body, status))
    await t.rejects(connect(failing.url).forgetDevices('alice'), AuthsignalError, `${status}`)
  }
})

t.test('a call that nobody answers is traced, with its second try', async (t) => {
  const [port = 0] = await freePorts(1)
  const config = {
    apiUrl: `http://127.0.0.1:${port}/v1`,
    apiSecretKey: SECRET,
    timeout: 10_000,
    challengeHosts: ['*.authsignal.com'],
  }
  const { tracing, calls } = recordCalls()
  await t.rejects(validate(createAuthsignal(config, undefined, tracing)))
  await t.rejects(
    createAuthsignalClient(config, 'tenant', tracing).challenge({ action: 'a', idempotencyKey: 'b' }),
  )
  const call = {
    opened: { 'server.address': '127.0.0.1' },
    set: { 'http.request.resend_count': 1 },
    ended: { 'error.type': String },
  }
  t.match(calls, [call, call])
})
