import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { RequestListener, ServerResponse } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { createPublicListener, describeAddress } from '../../src/listeners/public-listener.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { freePorts } from '../lab/ports.ts'
import { promise } from '../lab/promise.ts'
import { makeConfig } from '../upstream/config.ts'

const read = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
const answer: RequestListener = (_request, response) => response.end('answered')

function open(t: Test, listen: Parameters<typeof createPublicListener>[0]['listen'], handle = answer) {
  const lines: { msg: string; address: string }[] = []
  const log = createLog({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
  const config = { ...makeConfig({}), listen }
  const listener = createPublicListener(config, log, handle)
  t.teardown(() => listener.close())
  const addresses = () => lines.filter(({ msg }) => msg === 'listening').map(({ address }) => address)
  return { listener, config, addresses }
}

t.test('localhost is each address that the machine has for it, on one port', async (t) => {
  const { listener, addresses } = open(t, { host: 'localhost', port: 0 })
  await listener.listen()
  t.ok(addresses().length > 0)
  t.equal(new Set(addresses().map((address) => new URL(address).port)).size, 1)
  for (const address of addresses()) t.equal(await (await fetch(address)).text(), 'answered', address)
})

t.test('an address that is taken', async (t) => {
  const [port = 0] = await freePorts(1)
  await open(t, { host: '127.0.0.1', port }).listener.listen()
  await t.rejects(open(t, { host: '127.0.0.1', port }).listener.listen(), { code: 'EADDRINUSE' })
})

t.test('another certificate while it listens', async (t) => {
  const tls = { cert: read('localhost.pem'), key: read('localhost.key') }
  const { listener, config, addresses } = open(t, { host: '127.0.0.1', port: 0, tls })
  await listener.listen()
  const { port, protocol } = new URL(addresses()[0] ?? '')
  t.equal(protocol, 'https:')
  const certificateNow = async () => {
    const socket: TLSSocket = connectTls({
      host: '127.0.0.1',
      port: Number(port),
      servername: 'localhost',
      rejectUnauthorized: false,
    })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }
  const before = await certificateNow()
  const other = { cert: read('client.pem'), key: read('client.key') }
  listener.renew({ ...config, listen: { ...config.listen, tls: other } })
  t.not(await certificateNow(), before)
  listener.renew({ ...config, listen: { host: '127.0.0.1', port: 0 } })
  t.not(await certificateNow(), before, 'without one it keeps what it has')
})

/** Opens a connection, and sends so many requests at once. */
function ask(address: string, count: number) {
  const socket = connectTcp(Number(new URL(address).port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(count))
  return socket.setEncoding('latin1')
}

t.test('a connection that goes ends each answer that waits for its turn on it', async (t) => {
  const begun: ServerResponse[] = []
  const { promise: all, resolve } = promise<void>()
  const count = 20
  const { listener, addresses } = open(t, { host: '127.0.0.1', port: 0 }, (_request, response) => {
    begun.push(response)
    if (begun.length === count) resolve()
  })
  await listener.listen()
  const warnings: Error[] = []
  const onWarning = (warning: Error) => void warnings.push(warning)
  process.on('warning', onWarning)
  t.teardown(() => process.off('warning', onWarning))
  const socket = ask(addresses()[0] ?? '', count)
  await all
  let ends = 0
  const ended = begun.map(async (response) => {
    response.on('close', () => {
      ends += 1
    })
    await once(response, 'close')
  })
  // It gets its turn, and ends with it.
  begun[0]?.end()
  await ended[0]
  socket.destroy()
  await Promise.all(ended)
  await new Promise(setImmediate)
  t.equal(ends, count, 'each once')
  t.ok(begun.every(({ destroyed }) => destroyed))
  t.same(warnings, [])
})

t.test('closes a connection as soon as what is under way on it has ended', async (t) => {
  const begun: ServerResponse[] = []
  const { promise: both, resolve } = promise<void>()
  const { listener, addresses } = open(t, { host: '127.0.0.1', port: 0 }, (_request, response) => {
    begun.push(response)
    if (begun.length === 2) resolve()
  })
  await listener.listen()
  const asked = [0, 1].map(() => ask(addresses()[0] ?? '', 1))
  await both
  const [early, late] = begun
  early?.flushHeaders()
  const closed = listener.close()
  early?.end('at last')
  late?.end('at last')
  const answers = await Promise.all(asked.map(async (socket) => (await socket.toArray()).join('')))
  await closed
  for (const text of answers) t.match(text, 'at last')
  t.equal(answers.filter((text) => text.includes('Connection: close')).length, 1, 'as far as it can be said')
})

t.test('an address is named as an origin', async (t) => {
  t.equal(describeAddress({ address: '::1', family: 'IPv6', port: 80 }, false), 'http://[::1]:80')
  t.equal(describeAddress({ address: '127.0.0.1', family: 'IPv4', port: 443 }, true), 'https://127.0.0.1:443')
})

t.test('each address of localhost that can be used, on the port of the first', async (t) => {
  const lines: { address?: string }[] = []
  const log = createLog({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
  const config = { ...makeConfig({}), listen: { host: 'localhost', port: 0 } }
  const lookUp = async () => ['127.0.0.1', '127.0.0.2', '192.0.2.1'].map((address) => ({ address }))
  const listener = createPublicListener(config, log, answer, lookUp)
  t.teardown(() => listener.close())
  await listener.listen()
  const [first = '', second = '', ...others] = lines.flatMap(({ address }) => address ?? [])
  t.equal(second, first.replace('127.0.0.1', '127.0.0.2'))
  t.same(others, [], 'one that this machine has not is left out')
  for (const address of [first, second]) t.equal(await (await fetch(address)).text(), 'answered')
})
