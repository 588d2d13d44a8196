import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { askWithTrustedHeader, type HandOver } from '../../src/passkeys/hand-over.ts'
import { face, startScriptedOp } from '../probe/scripted-op.ts'

const header = { name: 'Auth-User', path: '/sso?from=gateway' }
const person: HandOver = {
  user: 'dwho',
  allowed: ['lemonldap', 'chunk*'],
  userAgent: 'Browser/1.0',
  clientAddress: '192.0.2.7',
}

async function prepare(t: Test, answer: (response: ServerResponse) => unknown) {
  const op = await startScriptedOp(t)
  op.steps['/sso'] = (_asked, response) => answer(response)
  const { upstream } = face(t, op.port)
  return {
    op,
    ask: (question: Partial<HandOver> = {}, timeoutMs = 5000) =>
      askWithTrustedHeader(upstream, header, { ...person, ...question }, timeoutMs),
  }
}

const signIn = (response: ServerResponse) =>
  response.writeHead(200, { 'set-cookie': 'lemonldap=one; Path=/' }).end('<p>Welcome')

t.test('what is asked', async (t) => {
  const { op, ask } = await prepare(t, signIn)
  t.strictSame(await ask(), { setCookies: ['lemonldap=one; Path=/'] })
  const [asked] = op.asked
  t.equal(op.asked.length, 1)
  t.equal(asked?.request.method, 'GET')
  t.equal(asked?.request.url, '/sso?from=gateway')
  t.strictSame(asked?.request.headers, {
    host: 'login.example.com',
    connection: 'keep-alive',
    'x-forwarded-host': 'login.example.com',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-forwarded-for': '192.0.2.7',
    accept: 'text/html',
    'user-agent': 'Browser/1.0',
    'auth-user': 'dwho',
  })
})

t.test('a user agent need not go along', async (t) => {
  const { op, ask } = await prepare(t, signIn)
  await ask({ userAgent: undefined })
  const headers = op.asked[0]?.request.headers
  t.notOk(headers && 'user-agent' in headers)
})

t.test('of what the OP sets, the session cookies come back', async (t) => {
  const set = [
    'lemonldappdata=memory; Path=/',
    'lemonldap=one; Path=/; HttpOnly; Domain=127.0.0.1',
    'chunkC1=two; Secure',
    'LEMONLDAP=three',
    '=lemonldap=four',
    '',
    'lang=en',
  ]
  const { ask } = await prepare(t, (response) =>
    response.writeHead(303, { location: '/', 'set-cookie': set }).end(),
  )
  t.strictSame(await ask(), { setCookies: ['lemonldap=one; Path=/; HttpOnly', 'chunkC1=two; Secure'] })
})

t.test('an answer without cookies', async (t) => {
  const { ask } = await prepare(t, (response) => response.writeHead(200).end())
  t.strictSame(await ask(), { setCookies: [] })
})

for (const status of [400, 401, 403, 404, 500, 503]) {
  t.test(`${status} is a failure`, async (t) => {
    const { ask } = await prepare(t, (response) =>
      response.writeHead(status, { 'set-cookie': 'lemonldap=one' }).end(),
    )
    await t.rejects(ask(), {
      code: 'passkey_refused',
      message: `the provider answered the trusted header with ${status}`,
    })
  })
}

const unfit: [title: string, user: string][] = [
  ['nobody', ''],
  ['a space before', ' dwho'],
  ['a space after', 'dwho '],
  ['a tab', 'dw\tho'],
  ['a line break', 'dwho\r\nX-A: 1'],
  ['a line feed at the end', 'dwho\n'],
  ['NUL', 'dwho\0'],
  ['DEL', 'dw\x7fho'],
  ['Latin-1', 'dwhö'],
  ['full-width letters', 'ｄwho'],
  ['256 characters', 'a'.repeat(256)],
]
for (const [title, user] of unfit) {
  t.test(`asks nothing for ${title}`, async (t) => {
    const { op, ask } = await prepare(t, signIn)
    await t.rejects(ask({ user }), { code: 'passkey_refused', statusCode: 403 })
    t.equal(op.asked.length, 0)
  })
}

for (const user of [
  'a',
  'Doctor Who',
  'dwho@example.com',
  `${'a'.repeat(255)}`,
  'CN=Doctor, O="Blue; Box"',
]) {
  t.test(`asks for ${user.slice(0, 30)}`, async (t) => {
    const { op, ask } = await prepare(t, signIn)
    await ask({ user })
    t.equal(op.asked[0]?.request.headers['auth-user'], user)
  })
}

t.test('an OP that is silent', async (t) => {
  const { ask } = await prepare(t, () => {})
  await t.rejects(ask({}, 50), { code: 'upstream_timeout', statusCode: 504 })
})

t.test('an OP that hangs up', async (t) => {
  const { ask } = await prepare(t, (response) => response.destroy())
  await t.rejects(ask(), { code: 'upstream_unreachable', statusCode: 502 })
})

t.test('a long page is not waited for', async (t) => {
  const { ask } = await prepare(t, (response) => {
    response.writeHead(200, { 'set-cookie': 'lemonldap=one' })
    response.write('x'.repeat(100_000))
  })
  t.strictSame(await ask({}, 300), { setCookies: ['lemonldap=one'] })
})
