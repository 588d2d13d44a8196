import { once } from 'node:events'
import {
  type IncomingMessage,
  request as openRequest,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { lookupLoopback } from '../lab/loopback.ts'
import { startBareUpstream } from './bare-upstream.ts'
import { type Ask, closeExchanges, exchange } from './exchange.ts'
import { openWorld } from './stage.ts'

t.teardown(closeExchanges)

const page = gzipSync('a page of some length '.repeat(1000))
const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256))

/** Ranges and validators as a static file has them. */
const file: RequestListener = (request, response) => {
  const { range, 'if-none-match': known } = request.headers
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
  response.setHeader('etag', '"one"').setHeader('accept-ranges', 'bytes')
  if (known === '"one"') response.writeHead(304).end()
  else if (from === undefined) response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  else {
    const part = bytes.subarray(Number(from), Number(to) + 1)
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}` }).end(part)
  }
}

const echo: RequestListener = async (request, response) => {
  const body = Buffer.concat(await request.toArray())
  const { 'content-type': type, 'content-encoding': coding, 'content-length': length } = request.headers
  response.end(
    JSON.stringify({
      method: request.method,
      url: request.url,
      type,
      coding,
      length,
      body: `${body.toString('base64')}`,
    }),
  )
}

const pending: { request: IncomingMessage; response: ServerResponse }[] = []
/** Leaves the exchange to the test. */
const wait: RequestListener = (request, response) => {
  pending.push({ request, response })
}
async function nextPending() {
  for (;;) {
    const next = pending.shift()
    if (next) return next
    await sleep(5)
  }
}

const routes: Record<string, RequestListener> = {
  '/file': file,
  '/echo': echo,
  '/wait': wait,
  '/gzip': (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/html' }).end(page),
  '/cookies': (_, response) =>
    response
      .writeHead(200, { 'set-cookie': ['a=1; Path=/', 'b=2; Secure; HttpOnly', 'a=3; Path=/x'] })
      .end('x'),
  '/our-cookie': (_, response) =>
    response.writeHead(200, { 'set-cookie': ['step-up=planted', 'a=1'] }).end('x'),
  '/odd': (_, response) =>
    response.writeHead(299, { 'x-umlaut': '\xe4', 'x-list': ['a', 'b'], link: '</a>' }).end('\xe4'),
  '/nothing': (_, response) => response.writeHead(204).end(),
  '/error': (_, response) => response.writeHead(503, { 'retry-after': '7' }).end('busy'),
  '/redirect': (_, response) => response.writeHead(302, { location: '../elsewhere?x=%20y#z' }).end('moved'),
  '/broken': (_, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('12345', () => response.destroy())
  },
}
const upstream = await startBareUpstream(t, routes)
const world = await openWorld(t, {
  upstreamUrl: upstream.url,
  config: { upstream: { url: upstream.url, timeout: '30s' } },
})
const { publicUrl } = world

for (const [name, path, ask] of [
  ['several Set-Cookie', '/cookies', {}],
  ['a compressed page', '/gzip', { headers: { 'accept-encoding': 'gzip' } }],
  ['a file', '/file', {}],
  ['a range of it', '/file', { headers: { range: 'bytes=10-20' } }],
  ['its headers alone', '/file', { method: 'HEAD' }],
  ['not modified', '/file', { headers: { 'if-none-match': '"one"' } }],
  ['an odd status and odd bytes', '/odd', {}],
  ['no content', '/nothing', {}],
  ['an error that is not repeated', '/error', {}],
  ['a relative redirect', '/redirect', {}],
  ['a query as it was written', '/echo?a=%7e&&b=c;d+e&=', {}],
  [
    'a JSON body',
    '/echo',
    { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"a": 1.0}' },
  ],
  [
    'bytes of a compressed upload',
    '/echo',
    { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: page },
  ],
  ['a body in a method of few servers', '/echo', { method: 'PROPFIND', body: 'x' }],
  ['a DELETE without body', '/echo', { method: 'DELETE' }],
] as [string, string, Ask][]) {
  t.test(`byte for byte: ${name}`, async (t) => {
    const through = await exchange(`${publicUrl}${path}`, ask)
    const straight = await exchange(`${upstream.url}${path}`, ask)
    t.equal(through.status, straight.status)
    t.same(through.headers, straight.headers)
    t.ok(through.body.equals(straight.body), 'the same body', {
      found: `${through.body}`,
      wanted: `${straight.body}`,
    })
  })
}

t.test("a cookie of the OP with the name of the gateway's own is dropped", async (t) => {
  const { headers } = await exchange(`${publicUrl}/our-cookie`)
  t.same([headers['set-cookie']].flat(), ['a=1'])
})

/** A request whose body the test writes as it goes. */
const open = (method: string) =>
  openRequest(`${publicUrl}/wait`, { method, lookup: lookupLoopback, agent: false })

t.test('an answer streams: its beginning is there before its end', async (t) => {
  const asked = open('GET')
  asked.end()
  const { response } = await nextPending()
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
  const [answer] = await once(asked, 'response')
  const parts = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  t.equal(`${(await parts.next()).value}`, 'data: 1\n\n')
  response.end('data: 2\n\n')
  t.equal(`${(await parts.next()).value}`, 'data: 2\n\n')
  t.equal((await parts.next()).done, true)
})

for (const [name, type, mode] of [
  ['a page, while no client is protected', 'text/html', 'off'],
  ['text', 'text/plain', 'enforce'],
  ['a list of JSON values', 'application/x-ndjson', 'enforce'],
] as const) {
  t.test(`chunk by chunk: ${name}`, async (t) => {
    const clients = { web: { mode }, web2: { mode }, consenting: { mode } }
    const { publicUrl } = await openWorld(t, { upstreamUrl: upstream.url, clients })
    const asked = openRequest(`${publicUrl}/wait`, { lookup: lookupLoopback, agent: false })
    asked.end()
    const { response } = await nextPending()
    response.writeHead(200, { 'content-type': type }).write('<form>one')
    const [answer] = await once(asked, 'response')
    const parts = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    t.equal(`${(await parts.next()).value}`, '<form>one')
    response.write('two')
    t.equal(`${(await parts.next()).value}`, 'two')
    response.end()
    t.equal((await parts.next()).done, true)
  })
}

t.test('an upload streams, and is not taken in faster than the OP reads', async (t) => {
  const total = 96 * 1024 * 1024
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const asked = open('POST')
  asked.on('error', () => {})
  let written = 0
  const write = () => {
    while (written < total) {
      written += chunk.length
      if (!asked.write(chunk)) return asked.once('drain', write)
    }
    return asked.end()
  }
  write()
  const { request, response } = await nextPending()
  let taken = -1
  while (written !== taken) {
    taken = written
    await sleep(150)
  }
  t.ok(written < total / 2, `${written} bytes were taken while nobody read`)
  let received = 0
  for await (const part of request as AsyncIterable<Buffer>) received += part.length
  response.end('done')
  const [answer] = await once(asked, 'response')
  t.equal(answer.statusCode, 200)
  answer.resume()
  await once(answer, 'end')
  t.equal(received, total)
})

t.test('a client that leaves is told to the OP: before the answer, and in its middle', async (t) => {
  const early = open('GET')
  early.on('error', () => {}).end()
  const first = await nextPending()
  early.destroy()
  await once(first.response, 'close')
  const late = open('GET')
  late.on('error', () => {}).end()
  const second = await nextPending()
  second.response.writeHead(200).write('a beginning')
  const [answer] = await once(late, 'response')
  answer.on('error', () => {})
  late.destroy()
  await once(second.response, 'close')
  t.same([first.response.writableFinished, second.response.writableFinished], [false, false])
})

for (const [method, headers] of [
  ['POST', {}],
  ['POST', { 'content-length': '100000' }],
  ['GET', { 'transfer-encoding': 'chunked' }],
  ['GET', { 'content-length': '100000' }],
] as const) {
  t.test(`a client that leaves in the middle of its upload is told to the OP: ${method}`, async (t) => {
    const options = { method, headers, lookup: lookupLoopback, agent: false }
    const asked = openRequest(`${publicUrl}/wait`, options)
    asked.on('error', () => {}).write('a beginning')
    const { request } = await nextPending()
    request.on('error', () => {}).resume()
    const closed = new Promise((resolve) => request.once('close', resolve))
    asked.destroy()
    await closed
    t.equal(request.complete, false, 'what came is not taken for the whole')
  })

  t.test(`an upload that the OP does not take is answered: ${method}`, async (t) => {
    const closing = await startBareUpstream(t, {})
    const { publicUrl } = await openWorld(t, { upstreamUrl: closing.url })
    await closing.close()
    const options = { method, headers, lookup: lookupLoopback, agent: false }
    const asked = openRequest(`${publicUrl}/wait`, options)
    asked.write('a beginning')
    const [answer] = await once(asked, 'response')
    t.equal(answer.statusCode, 502)
    answer.resume()
    asked.on('error', () => {}).destroy()
  })
}

t.test('of a client that leaves in the middle of a form the OP learns nothing', async (t) => {
  const options = {
    method: 'POST',
    headers: { 'content-length': '100' },
    lookup: lookupLoopback,
    agent: false,
  }
  const asked = openRequest(`${publicUrl}/wait`, options)
  asked.on('error', () => {}).write('a beginning')
  const [socket] = await once(asked, 'socket')
  await once(socket, 'connect')
  asked.destroy()
  await once(socket, 'close')
  const next = exchange(`${publicUrl}/wait`)
  const { request, response } = await nextPending()
  t.equal(request.method, 'GET', 'the next request is the first that comes')
  response.end()
  await next
})

t.test('an answer that breaks off does not end as if it were whole', async (t) => {
  await t.rejects(exchange(`${publicUrl}/broken`))
})

t.test('the gateway goes on after all of that', async (t) => {
  t.equal((await exchange(`${publicUrl}/file`)).status, 200)
})
