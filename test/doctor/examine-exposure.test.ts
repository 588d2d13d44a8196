import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { examineExposure } from '../../src/doctor/examine-exposure.ts'
import { pems } from '../config/pems.ts'
import { makeConfig } from '../upstream/config.ts'

const signal = new AbortController().signal
const discovery: http.RequestListener = (_request, response) => response.end('{"issuer":"x"}')

/** An OP on an address. All of 127.0.0.0/8 is this machine, and 127.0.0.2 stands for another of its interfaces. */
async function listen(t: Test, server: http.Server | https.Server, host: string): Promise<number> {
  server.listen(0, host)
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

async function examine(publicUrl: string, url: string) {
  const findings = await examineExposure({ config: makeConfig({ publicUrl, upstream: { url } }) }, signal)
  return findings.map((finding) =>
    finding.kind === 'wrong' ? `${finding.id}: ${finding.about}` : finding.kind,
  )
}

t.test('an OP on every interface', async (t) => {
  const port = await listen(t, http.createServer(discovery), '0.0.0.0')
  t.match(await examine('http://127.0.0.2:1', `http://127.0.0.1:${port}`), [
    `upstream_reachable: the OP answers at 127.0.0.2, the address of publicUrl, on its own port ${port}`,
    'unknown',
  ])
  t.same(await examine('http://[::1]:1', `http://127.0.0.1:${port}`), ['unknown'], 'not in IPv6')
  t.same(await examine('http://127.0.0.1:1', `http://127.0.0.1:${port}`), ['unknown'], 'the same address')
  t.same(await examine(`http://127.0.0.2:${port}`, `http://127.0.0.1:${port}`), ['unknown'], 'one port')
})

t.test('an OP on its own interface, and something else on the other', async (t) => {
  const port = await listen(t, http.createServer(discovery), '127.0.0.1')
  t.same(await examine('http://127.0.0.2:1', `http://127.0.0.1:${port}`), ['unknown'])
  const other = http.createServer((_request, response) => response.end('hello'))
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.2', resolve))
  t.teardown(() => other.close())
  t.same(await examine('http://127.0.0.2:1', `http://127.0.0.1:${port}`), ['unknown'])
})

t.test('an OP with TLS', async (t) => {
  const port = await listen(t, https.createServer(pems.localhost, discovery), '0.0.0.0')
  const [found] = await examine('http://127.0.0.2:1', `https://127.0.0.1:${port}`)
  t.match(found, /^upstream_reachable: /)
})

t.test('addresses that nobody has to connect to', async (t) => {
  t.match(await examine('https://[::1]', 'https://192.0.2.7'), [
    /^upstream_public: the OP is on a public address \(192\.0\.2\.7\)/,
    'unknown',
  ])
  t.same(await examine('https://login.invalid', 'https://op.invalid'), ['unknown'])
  t.same(await examine('https://login.invalid', 'http://op.invalid'), ['unknown'])
})

t.test('it ends when it has to', async (t) => {
  const config = makeConfig({ publicUrl: 'http://127.0.0.2:1', upstream: { url: 'http://127.0.0.1:9' } })
  await t.rejects(examineExposure({ config }, AbortSignal.abort()))
})
