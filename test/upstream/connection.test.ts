import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { Refusal } from '../../src/refusal.ts'
import { connectUpstream } from '../../src/upstream/connection.ts'
import { makeConfig } from './config.ts'
import { serve } from './serve.ts'

type Parts = Parameters<typeof makeConfig>[0]

function connect(t: Test, parts: Parts) {
  const upstream = connectUpstream(makeConfig(parts))
  t.teardown(() => upstream.close())
  return upstream
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  )
  return error instanceof Refusal ? error.code : String(error)
}

t.test('every origin of the provider leads to the upstream, with the public host', async (t) => {
  const port = await serve(t, (request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ url: request.url, headers: request.headers }))
  })
  const upstream = connect(t, {
    upstream: { url: `http://127.0.0.1:${port}` },
    provider: { issuer: 'https://issuer.example.com/realms/a' },
    hosts: ['login.internal:8443'],
  })
  const urls = [
    'https://login.example.com/a?b=c#d',
    'https://issuer.example.com/a?b=c',
    `http://127.0.0.1:${port}/a?b=c`,
    new URL('https://login.internal:8443/a?b=c'),
  ]
  for (const url of urls) {
    const response = await upstream.fetch(url, {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    })
    const seen = (await response.json()) as { url: string; headers: Record<string, string> }
    t.equal(seen.url, '/a?b=c')
    t.match(seen.headers, {
      host: 'login.example.com',
      'x-forwarded-host': 'login.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'accept-encoding': 'identity',
    })
    t.notOk('x-forwarded-for' in seen.headers)
    t.equal(response.url, new URL(url).href)
  }
})

t.test('the public port is told', async (t) => {
  for (const [publicUrl, port] of [
    ['http://127.0.0.1:8080', '8080'],
    ['http://localhost', '80'],
  ] as const) {
    const { publicHeaders } = connect(t, { publicUrl })
    t.equal(publicHeaders['x-forwarded-port'], port)
    t.equal(publicHeaders['x-forwarded-proto'], 'http')
    t.equal(publicHeaders['host'], new URL(publicUrl).host)
  }
})

t.test('other origins are refused before anything is sent', async (t) => {
  let requests = 0
  const port = await serve(t, (_request, response) => {
    requests += 1
    response.end()
  })
  const upstream = connect(t, { upstream: { url: `http://127.0.0.1:${port}` } })
  const urls = [
    'https://evil.example/token',
    'http://login.example.com/token',
    'https://login.example.com:8443/token',
    `http://localhost:${port}/token`,
    `https://127.0.0.1:${port}/token`,
    'data:text/plain,x',
  ]
  for (const url of urls) t.equal(await codeOf(upstream.fetch(url)), 'upstream_unreachable', url)
  t.equal(requests, 0)
})

t.test('bodies and headers go both ways', async (t) => {
  const port = await serve(t, async (request, response) => {
    const chunks = await request.toArray()
    response.writeHead(
      401,
      [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['content-type', 'text/plain'],
      ].flat() as string[],
    )
    response.end(`${request.method} ${request.headers['content-type']} ${Buffer.concat(chunks)}`)
  })
  const upstream = connect(t, { upstream: { url: `http://127.0.0.1:${port}` } })
  const response = await upstream.fetch('https://login.example.com/token', {
    method: 'POST',
    body: new URLSearchParams({ code: 'x y' }),
  })
  t.equal(response.status, 401)
  t.same(response.headers.getSetCookie(), ['a=1', 'b=2'])
  t.equal(await response.text(), 'POST application/x-www-form-urlencoded;charset=UTF-8 code=x+y')
})

t.test('redirects are not followed, and a status without a body is one', async (t) => {
  let requests = 0
  const port = await serve(t, (request, response) => {
    requests += 1
    response.writeHead(request.url === '/empty' ? 204 : 302, {
      location: 'https://login.example.com/elsewhere',
    })
    response.end()
  })
  const upstream = connect(t, { upstream: { url: `http://127.0.0.1:${port}` } })
  const redirect = await upstream.fetch('https://login.example.com/')
  t.equal(redirect.status, 302)
  t.equal(redirect.headers.get('location'), 'https://login.example.com/elsewhere')
  t.equal((await upstream.fetch('https://login.example.com/empty')).body, null)
  t.equal(requests, 2)
})

t.test('what can not be read is refused', async (t) => {
  const port = await serve(t, (request, response) => {
    if (request.url === '/broken') response.setHeader('content-encoding', 'gzip')
    response.end(request.url === '/long' ? Buffer.alloc(1024 * 1024 + 1) : 'x'.repeat(1024 * 1024))
  })
  const upstream = connect(t, { upstream: { url: `http://127.0.0.1:${port}` } })
  t.equal(await codeOf(upstream.fetch('https://login.example.com/long')), 'upstream_unreadable')
  t.equal(await codeOf(upstream.fetch('https://login.example.com/broken')), 'upstream_unreadable')
  t.equal((await (await upstream.fetch('https://login.example.com/')).text()).length, 1024 * 1024)
})

t.test('what is compressed without being asked for is read', async (t) => {
  const bodies: Record<string, [coding: string, body: Buffer]> = {
    '/gzip': ['gzip', gzipSync('{"a":1}')],
    '/upper': ['GZIP', gzipSync('{"a":1}')],
    '/br': ['br', brotliCompressSync('{"a":1}')],
    '/twice': ['gzip, gzip', gzipSync(gzipSync('{"a":1}'))],
  }
  const port = await serve(t, ({ url = '' }, response) => {
    const [coding, body] = bodies[url] ?? ['', Buffer.alloc(0)]
    response.writeHead(200, { 'content-encoding': coding, 'content-type': 'application/json' }).end(body)
  })
  const upstream = connect(t, { upstream: { url: `http://127.0.0.1:${port}` } })
  for (const path of Object.keys(bodies))
    t.same(await (await upstream.fetch(`https://login.example.com${path}`)).json(), { a: 1 }, path)
})

t.test('failures have names', async (t) => {
  const garbage = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
  const reset = createServer((socket) => socket.destroy())
  const silent = await serve(t, () => {})
  const stalling = await serve(t, (_request, response) => {
    response.write('a part')
  })
  for (const server of [garbage, reset]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
  }
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const closedPort = portOf(closed)
  await new Promise((resolve) => closed.close(resolve))

  const table: [port: number, timeout: number, init: RequestInit, code: string][] = [
    [closedPort, 5000, {}, 'upstream_unreachable'],
    [portOf(reset), 5000, {}, 'upstream_unreachable'],
    [portOf(garbage), 5000, {}, 'upstream_unreadable'],
    [silent, 50, {}, 'upstream_timeout'],
    [stalling, 50, {}, 'upstream_timeout'],
    [silent, 5000, { signal: AbortSignal.timeout(50) }, 'upstream_timeout'],
    [stalling, 5000, { signal: AbortSignal.timeout(50) }, 'upstream_timeout'],
    [silent, 5000, { signal: AbortSignal.abort() }, 'upstream_unreachable'],
    [silent, 5000, { signal: AbortSignal.abort('no error') }, 'upstream_unreachable'],
  ]
  for (const [port, timeout, init, code] of table) {
    const upstream = connect(t, { upstream: { url: `http://127.0.0.1:${port}`, timeout } })
    t.equal(await codeOf(upstream.fetch('https://login.example.com/', init)), code)
  }
})

t.test('connections do one thing at a time, are kept, and are not used after the end', async (t) => {
  const sockets = new Set<unknown>()
  let open = 0
  let most = 0
  const port = await serve(t, (request, response) => {
    sockets.add(request.socket)
    open += 1
    most = Math.max(most, open)
    setImmediate(() => {
      open -= 1
      response.end()
    })
  })
  const upstream = connect(t, { upstream: { url: `http://127.0.0.1:${port}` } })
  const ask = () => upstream.fetch('https://login.example.com/')
  await ask()
  // A connection is free one turn of the event loop after its answer.
  await setTimeout(20)
  await ask()
  t.equal(sockets.size, 1)
  await Promise.all(Array.from({ length: 300 }, ask))
  t.ok(sockets.size <= 128, `${sockets.size} sockets`)
  t.ok(most <= 128, `${most} at once`)
  await upstream.close()
  t.equal(await codeOf(ask()), 'upstream_unreachable')
})

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
