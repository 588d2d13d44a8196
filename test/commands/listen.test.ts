import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { runGateway } from '../../src/commands/start.ts'

t.test('listens, ends when asked to, closes', async (t) => {
  const server = createServer((_request, response) => response.end('ok'))
  const asked = new AbortController()
  const listening = once(server, 'listening')
  const ended = run(server, 0, asked.signal)
  await listening
  const response = await fetch(`http://127.0.0.1:${portOf(server)}`, { headers: { connection: 'close' } })
  t.equal(await response.text(), 'ok')
  asked.abort()
  t.same(await ended, { code: 0, stderr: '' })
  t.notOk(server.listening)
})

t.test('asked to end before it listens', async (t) => {
  const server = createServer()
  t.same(await run(server, 0, AbortSignal.abort()), { code: 0, stderr: '' })
  t.notOk(server.listening)
})

t.test('a taken port', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const port = portOf(other)
  t.same(await run(createServer(), port, new AbortController().signal), {
    code: 1,
    stderr: `can't listen: 127.0.0.1 port ${port} is taken by another process (listen and admin in the configuration)\n`,
  })
})

const faults: [error: object, stderr: RegExp][] = [
  [{ code: 'EACCES', address: '::', port: 80 }, /^can't listen: :: port 80 can't be used by this user \(/],
  [
    { code: 'EADDRNOTAVAIL', address: '192.0.2.1', port: 80 },
    /192.0.2.1 port 80 is not an address of this machine/,
  ],
  [{ code: 'ENOTFOUND', hostname: 'nowhere' }, /nowhere is not an address of this machine/],
  [{ code: 'EADDRINUSE' }, /^can't listen: the address is taken/],
]
for (const [properties, stderr] of faults) {
  t.test(JSON.stringify(properties), async (t) => {
    const { code, ...written } = await fail(Object.assign(new Error('listen'), properties))
    t.equal(code, 1)
    t.match(written.stderr, stderr)
    t.ok(written.closed)
  })
}

t.test('other errors are passed on, the gateway closed', async (t) => {
  for (const error of [new Error('other'), Object.assign(new Error('other'), { code: 'EOTHER' }), 'other'])
    await t.rejects(fail(error), String(error))
})

async function run(server: Server, port: number, stop: AbortSignal) {
  let stderr = ''
  const service = {
    async listen() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async close() {
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
  const code = await runGateway(service, { stderr: { write: (text) => (stderr += text) }, stop })
  return { code, stderr }
}

async function fail(error: unknown) {
  let stderr = ''
  let closed = false
  const service = {
    listen: () => Promise.reject(error),
    close: async () => {
      closed = true
    },
  }
  const stop = new AbortController().signal
  const code = await runGateway(service, { stderr: { write: (text) => (stderr += text) }, stop })
  return { code, stderr, closed }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
