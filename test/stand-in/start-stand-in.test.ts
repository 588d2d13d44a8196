import { once } from 'node:events'
import { connect } from 'node:net'
import { Authsignal } from '@authsignal/node'
import t from 'tap'
import { startStandIn } from '../../src/stand-in/start-stand-in.ts'
import { apiSecretKey, refusalOf, startWithSdk, web } from './start-with-sdk.ts'

t.test('it listens on loopback only', async (t) => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '', '127.0.0.1.example.com', 'localhost'])
    await t.rejects(startStandIn({ apiSecretKey, host }), { message: /loopback only/ }, host)
})

t.test('addresses carry the port that was found', async (t) => {
  const table: [host: string | undefined, publicUrl: string | undefined, api: RegExp, hosted: RegExp][] = [
    [undefined, undefined, /^http:\/\/127\.0\.0\.1:\d+\/v1$/, /^http:\/\/authsignal\.localhost:\d+$/],
    [
      '127.0.0.1',
      'http://127.0.0.1:0',
      /^http:\/\/127\.0\.0\.1:\d+\/v1$/,
      /^http:\/\/127\.0\.0\.1:[1-9]\d*$/,
    ],
    [
      '::1',
      'https://mfa.example.com:8443',
      /^http:\/\/\[::1\]:\d+\/v1$/,
      /^https:\/\/mfa\.example\.com:8443$/,
    ],
  ]
  for (const [host, publicUrl, api, hosted] of table) {
    const lab = await startStandIn({
      apiSecretKey,
      ...(host && { host }),
      ...(publicUrl && { publicUrl }),
    })
    t.match(lab.apiUrl, api)
    t.match(lab.hostedUrl, hosted)
    await lab.close()
  }
})

t.test('the world that it starts with is given by options', async (t) => {
  const lab = await startWithSdk({
    actions: { withdraw: 'BLOCK' },
    users: [{ userId: 'alice', secret: 'JBSWY3DPEHPK3PXP' }, { userId: 'carol' }],
  })
  t.teardown(lab.close)
  t.equal((await lab.sdk.track({ userId: 'carol', action: 'withdraw' })).state, 'BLOCK')
  t.equal((await lab.sdk.getUser({ userId: 'alice' })).isEnrolled, true)
  t.equal((await lab.sdk.getUser({ userId: 'carol' })).isEnrolled, false)
  const { users } = await lab.sdk.queryUsers({})
  t.same(
    users.map(({ userId }) => userId),
    ['alice', 'carol'],
  )
})

t.test('a wrong secret, or none, is unauthorized', async (t) => {
  const { apiUrl, close } = await startWithSdk()
  t.teardown(close)
  const sdk = new Authsignal({ apiSecretKey: 'another', apiUrl, retries: 0 })
  t.same(await refusalOf(sdk.track({ userId: 'alice', action: 'signIn' })), {
    statusCode: 401,
    errorCode: 'unauthorized',
    errorDescription:
      'The request is unauthorized. Check that your API key and region base URL are correctly configured.',
  })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  for (const authorization of [
    '',
    `Bearer ${apiSecretKey}`,
    basic(apiSecretKey),
    basic(`${apiSecretKey}:x`),
  ]) {
    const answer = await fetch(`${apiUrl}/users/alice`, { headers: { authorization } })
    t.equal(answer.status, 401, authorization.slice(0, 6))
    t.match(await answer.json(), { error: 'unauthorized' })
  }
})

t.test('every request is on record, without the secret', async (t) => {
  const lab = await startWithSdk()
  t.teardown(lab.close)
  const { url } = await lab.sdk.track({ userId: 'a:b', action: 'signIn', attributes: web })
  await fetch(url)
  t.match(lab.requests, [
    {
      method: 'POST',
      path: '/v1/users/a:b/actions/signIn',
      body: web,
      headers: { 'user-agent': 'authsignal-node', 'x-authsignal-version': '2.20.0' },
    },
    { method: 'GET', path: url.slice(lab.hostedUrl.length) },
  ])
  t.notMatch(JSON.stringify(lab.requests), Buffer.from(apiSecretKey).toString('base64').slice(0, 10))
  t.notMatch(JSON.stringify(lab.requests), apiSecretKey)
})

t.test('what can not be read is answered in the documented shape', async (t) => {
  const { apiUrl, close } = await startWithSdk()
  t.teardown(close)
  const authorization = `Basic ${Buffer.from(`${apiSecretKey}:`).toString('base64')}`
  const table: [path: string, type: string, body: string, status: number][] = [
    ['/validate', 'application/json', '{', 400],
    ['/validate', 'application/json', '[]', 400],
    ['/validate', 'text/xml', '<a/>', 415],
    ['/validate', 'application/json', '{"token":1}', 400],
    ['/sessions', 'application/json', '{}', 404],
    ['/users//actions/signIn', 'application/json', '{}', 400],
  ]
  for (const [path, type, body, status] of table) {
    const headers = { authorization, 'content-type': type }
    const answer = await fetch(`${apiUrl}${path}`, { method: 'POST', headers, body })
    t.equal(answer.status, status, `${path} ${body}`)
    t.match(await answer.json(), { error: 'invalid_request', errorDescription: /./ })
  }
})

t.test('close ends a connection that hangs', async (t) => {
  const lab = await startWithSdk()
  lab.control.fault('user', 'timeout')
  const socket = connect(Number(new URL(lab.apiUrl).port), '127.0.0.1')
  socket.on('error', () => {})
  const authorization = Buffer.from(`${apiSecretKey}:`).toString('base64')
  socket.write(
    `GET /v1/users/alice HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic ${authorization}\r\n\r\n`,
  )
  while (lab.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const closed = once(socket, 'close')
  await lab.close()
  await closed
  t.equal(socket.bytesRead, 0)
})
