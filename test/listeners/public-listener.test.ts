import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { createPublicListener } from '../../src/listeners/public-listener.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { freePorts } from '../lab/ports.ts'
import { makeConfig } from '../upstream/config.ts'

const read = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
const answer: RequestListener = (_request, response) => response.end('answered')

function open(t: Test, listen: Parameters<typeof createPublicListener>[0]['listen']) {
  const lines: { msg: string; address: string }[] = []
  const log = createLog({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
  const config = { ...makeConfig({}), listen }
  const listener = createPublicListener(config, log, answer)
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
