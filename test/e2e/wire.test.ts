import type { RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { exchange, type RawRequest, readAnswer, send, writeRequest } from '../attacks/frame/wire.ts'
import { startBareUpstream } from './bare-upstream.ts'
import { openWorld } from './stage.ts'

const upload = 'x'.repeat(4 * 1024 * 1024)

/** Writes bytes in place of an answer; the last head says that the connection ends. */
const write =
  (...parts: string[]): RequestListener =>
  ({ socket }) =>
    socket.end(parts.join('').replace(/\r\n\r\n(?:done)?$/, '\r\nConnection: close$&'))

/** Answers in the middle of an upload, and goes. */
const refuse =
  (head: string): RequestListener =>
  (request) => {
    request.once('data', () => {
      request.socket.end(`HTTP/1.1 ${head}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate`)
      request.socket.destroySoon()
    })
  }

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone'
const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'
const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'

const seen: { path: string; method: string; isKept: boolean }[] = []
const sockets = new WeakSet<Socket>()
/** What an OP does with a request on a connection that it has answered on before. */
const onKept =
  (again: RequestListener): RequestListener =>
  (request, response) => {
    const isKept = sockets.has(request.socket)
    sockets.add(request.socket)
    seen.push({ path: request.url ?? '', method: request.method ?? '', isKept })
    if (isKept) again(request, response)
    else request.resume().on('end', () => response.end('done'))
  }

const routes: Record<string, RequestListener> = {
  '/304': write('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 1234\r\n\r\n'),
  '/304-typed': write(
    'HTTP/1.1 304 Not Modified\r\nContent-Type: text/html\r\nContent-Length: 1234\r\nContent-Encoding: gzip\r\n\r\n',
  ),
  '/304-chunked': write('HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n'),
  '/204': write('HTTP/1.1 204 No Content\r\nContent-Length: 12\r\n\r\n'),
  '/204-empty': write('HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'),
  '/205': write('HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n'),
  '/page': write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1234\r\n\r\n'),
  '/100': write(goOn, ok),
  '/100-twice': write(goOn, goOn, ok),
  '/100-with-fields': write('HTTP/1.1 100 Continue\r\nX: y\r\nContent-Length: 4\r\n\r\n', ok),
  '/102': write('HTTP/1.1 102 Processing\r\n\r\n', ok),
  '/103': write(hint, hint, ok),
  '/all': write(goOn, 'HTTP/1.1 102 Processing\r\n\r\n', hint, 'HTTP/1.1 199 Odd\r\n\r\n', ok),
  '/101': write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
  '/401': refuse('401 Unauthorized'),
  '/413': refuse('413 Content Too Large'),
  '/417': refuse('417 Expectation Failed'),
  '/303': refuse('303 See Other\r\nLocation: /login'),
  '/503': refuse('503 Busy'),
  '/early-and-open': (request, response) => {
    request.once('data', () => response.writeHead(413, { 'content-length': 4 }).end('late'))
  },
  '/early-200': (request, response) => {
    request.once('data', () => {
      response.writeHead(200)
      let size = 0
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      request.on('end', () => response.end(String(size > 0)))
    })
  },
  '/done-before-the-end': (_request, response) => response.end('done'),
  '/kept/closes': onKept(({ socket }) => socket.destroy()),
  '/kept/resets': onKept(({ socket }) => socket.resetAndDestroy()),
  '/kept/ends': onKept(({ socket }) => socket.end()),
  '/kept/begins': onKept(({ socket }) => socket.end('HTTP/1.1 2')),
  '/kept/waits': onKept(({ socket }) => socket.end(goOn)),
}

const upstream = await startBareUpstream(t, {
  ...routes,
  '/kept/closes-always': ({ socket, url = '', method = '' }) => {
    seen.push({ path: url, method, isKept: sockets.has(socket) })
    sockets.add(socket)
    socket.destroy()
  },
})
const { publicUrl } = await openWorld(t, { upstreamUrl: upstream.url })

t.test('an answer without a body may say how long that of another would be', async (t) => {
  for (const [target, method, status, length] of [
    ['/304', 'GET', 304, '1234'],
    ['/304', 'HEAD', 304, '1234'],
    ['/304-typed', 'GET', 304, '1234'],
    ['/304-chunked', 'GET', 304, undefined],
    ['/204', 'GET', 204, undefined],
    ['/204', 'POST', 204, undefined],
    ['/204', 'OPTIONS', 204, undefined],
    ['/204-empty', 'DELETE', 204, undefined],
    ['/205', 'POST', 205, '0'],
    ['/page', 'HEAD', 200, '1234'],
  ] as const) {
    const answer = await send(publicUrl, { method, target, ...(method === 'POST' && { body: 'a' }) })
    t.equal(answer.status, status, `${method} ${target}`)
    t.equal(answer.body, '', `${method} ${target} has no body`)
    t.equal(answer.headers['content-length'], length, `${method} ${target}`)
  }
})

t.test('interim answers that nobody asked for', async (t) => {
  for (const target of ['/100', '/100-twice', '/100-with-fields', '/102', '/103', '/all']) {
    for (const request of [{ target }, { method: 'POST', target, body: 'a=b' }]) {
      const answer = await send(publicUrl, request)
      t.match(answer, { status: 200, body: 'done' }, target)
    }
  }
  t.equal((await send(publicUrl, { target: '/101' })).status, 502, 'nothing is switched')
})

t.test('a client that waits before it sends', async (t) => {
  const headers = ['Expect: 100-continue']
  for (const [target, status] of [
    ['/done-before-the-end', 200],
    ['/early-200', 200],
    ['/413', 413],
    ['/connect/token', 404],
  ] as const) {
    const form = 'Content-Type: application/x-www-form-urlencoded'
    const request = { method: 'POST', target, headers: [...headers, form], body: 'a=b' }
    const answer = readAnswer((await send(publicUrl, request)).wire.replace(goOn, ''))
    t.equal(answer.status, status, target)
  }
})

/** Writes all of an upload before it looks at the answer. */
async function sendUpload(request: RawRequest & { body: string }, isChunked: boolean) {
  if (!isChunked) return send(publicUrl, request)
  const { body, ...rest } = request
  const head = writeRequest(publicUrl, {
    ...rest,
    headers: [...(rest.headers ?? []), 'Transfer-Encoding: chunked'],
  })
  return exchange(publicUrl, `${head}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
}

for (const isChunked of [false, true]) {
  const framing = isChunked ? 'in chunks' : 'of a length'
  t.test(`an answer in the middle of an upload ${framing} is the OP's own`, async (t) => {
    for (const [target, status, body] of [
      ['/401', 401, 'late'],
      ['/413', 413, 'late'],
      ['/417', 417, 'late'],
      ['/303', 303, 'late'],
      ['/503', 503, 'late'],
      ['/early-and-open', 413, 'late'],
      ['/done-before-the-end', 200, 'done'],
      ['/early-200', 200, 'true'],
    ] as const) {
      for (const method of ['POST', 'PUT']) {
        const answer = await sendUpload({ method, target, body: upload }, isChunked)
        t.equal(answer.status, status, `${method} ${target}`)
        t.match(answer.body, body, `${method} ${target}`)
      }
    }
  })
}

t.test(
  'a client that keeps on sending sees the answer, and its connection serves the next request',
  async () => {
    const { host, port } = new URL(publicUrl)
    const socket = connect(Number(port), '127.0.0.1')
    let wire = ''
    const until = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (pattern.test(wire)) resolve()
        }
        socket.on('data', (chunk) => {
          wire += chunk
          look()
        })
        socket.on('close', () => reject(new Error(`closed after ${wire}`)))
        look()
      })
    socket.write(`POST /413 HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${upload.length}\r\n\r\nxxxx`)
    await until(/late$/)
    socket.write(upload.slice(4))
    socket.write(`GET /100 HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await until(/done$/)
    socket.removeAllListeners('close').destroy()
  },
)

t.test("the gateway's own answer in the middle of an upload", async (t) => {
  const form = ['Content-Type: application/x-www-form-urlencoded']
  for (const [method, target, headers, status] of [
    ['POST', '/connect/token', form, 413],
    ['POST', '/connect/authorize', form, 413],
    ['POST', '/connect/token', [], 415],
    ['PUT', '/connect/authorize', [], 405],
  ] as const) {
    for (const isChunked of [false, true]) {
      const answer = await sendUpload({ method, target, headers, body: upload }, isChunked)
      t.equal(answer.status, status, `${method} ${target}`)
    }
  }
})

/** Asks twice, so that the second time a kept connection is used; tells the second answer, and what came of it. */
async function askAgain(t: Test, request: RawRequest) {
  t.equal((await send(publicUrl, { target: request.target })).status, 200)
  const before = seen.length
  const answer = await send(publicUrl, request)
  return { answer, tries: seen.slice(before).map(({ isKept }) => (isKept ? 'kept' : 'fresh')) }
}

t.test('a kept connection that the OP closes just then', async (t) => {
  const twice = ['kept', 'fresh']
  for (const [method, target, body, status, tries] of [
    ['GET', '/kept/closes', undefined, 200, twice],
    ['GET', '/kept/resets', undefined, 200, twice],
    ['GET', '/kept/ends', undefined, 200, twice],
    ['HEAD', '/kept/closes', undefined, 200, twice],
    ['OPTIONS', '/kept/closes', undefined, 200, twice],
    ['DELETE', '/kept/closes', undefined, 200, twice],
    ['GET', '/kept/closes', 'a body', 502, ['kept']],
    ['POST', '/kept/closes', 'a=b', 502, ['kept']],
    ['POST', '/kept/closes', undefined, 502, ['kept']],
    ['PATCH', '/kept/closes', undefined, 502, ['kept']],
    ['PROPFIND', '/kept/closes', undefined, 502, ['kept']],
    ['GET', '/kept/begins', undefined, 502, ['kept']],
    ['GET', '/kept/waits', undefined, 502, ['kept']],
  ] as const) {
    const asked = await askAgain(t, { method, target, ...(body !== undefined && { body }) } as RawRequest)
    t.equal(asked.answer.status, status, `${method} ${target}`)
    t.same(asked.tries, tries, `${method} ${target}`)
  }
  await send(publicUrl, { target: '/kept/closes' })
  seen.length = 0
  t.equal((await send(publicUrl, { target: '/kept/closes-always' })).status, 502)
  t.equal(seen.length, 2, 'once more, and no more')
  seen.length = 0
  t.equal((await send(publicUrl, { target: '/kept/closes-always' })).status, 502)
  t.equal(seen.length, 1, 'a new connection is not tried again')
})
