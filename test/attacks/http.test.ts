import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { listenOnLoopback } from '../lab/listen.ts'
import { sendRaw } from '../lab/raw.ts'
import { startWorld } from '../lab/world.ts'
import { serve } from '../upstream/serve.ts'
import { describe, expectAlive, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { canary, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { exchange, form, navigation, readAnswer, send, writeRequest } from './frame/wire.ts'

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
const chunked = `${(smuggled.length).toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`
const stolen = 'grant_type=authorization_code&code=stolen&client_id=web'

/** Heads of requests of which two servers could see different ends; `%` is the smuggled request's length. */
const ambiguous: Record<string, string[]> = {
  'CL.TE': ['Content-Length: 4', 'Transfer-Encoding: chunked'],
  'TE.CL': ['Transfer-Encoding: chunked', 'Content-Length: 4'],
  'TE.TE, the second one unknown': ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'],
  'TE.TE, identity': ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
  'an unknown coding': ['Transfer-Encoding: xchunked'],
  'chunked not last': ['Transfer-Encoding: chunked, identity'],
  'a vertical tab': ['Transfer-Encoding: \x0bchunked'],
  'a space before the colon': ['Transfer-Encoding : chunked'],
  'a folded line': ['Transfer-Encoding:', ' chunked'],
  'a folded header': ['X: a', ' Content-Length: 4', 'Content-Length: %'],
  'two lengths': ['Content-Length: %', 'Content-Length: 0'],
  'two equal lengths': ['Content-Length: %', 'Content-Length: %'],
  'a list of lengths': ['Content-Length: 3,3'],
  'a plus': ['Content-Length: +3'],
  'a minus': ['Content-Length: -1'],
  hexadecimal: ['Content-Length: 0x3'],
  'a space inside': ['Content-Length: 1 0'],
  'far too long': ['Content-Length: 99999999999999999999'],
  'NUL in a header': ['X: a\0b'],
  'CR in a header': ['X: a\rContent-Length: 0'],
  'a line feed alone': ['X: a\nContent-Length: 0\nY: b'],
  'no colon': ['X'],
  'an empty name': [': x'],
  'a name with a space': ['X Y: x'],
  'a name with NUL': ['X\0: x'],
}

runAttacks('bytes on the way in', onLenientStage(), (attack) => {
  attack('H-01', 'requests with two ends', ambiguous, async (t, { world, op, cookie }, lines) => {
    for (const [path, method] of [
      ['/connect/token', 'POST'],
      ['/anything', 'POST'],
      ['/connect/authorize', 'GET'],
    ]) {
      const seen = watchOp(op.requests)
      const head = [`${method} ${path} HTTP/1.1`, `Host: ${new URL(world.publicUrl).host}`, form, cookie]
      const bytes = `${[...head, ...lines].join('\r\n').replaceAll('%', `${chunked.length}`)}\r\n\r\n${chunked}`
      const answer = await exchange(world.publicUrl, bytes)
      t.ok([0, 400].includes(answer.status), 'is refused, and the connection closed', {
        answer: describe(answer),
      })
      t.same(seen.seen(), [])
      expectNoArtefact(t, answer)
    }
  })
  attack(
    'H-01',
    'chunks that two servers could cut at different places',
    {
      'a line feed in an extension': '1;a\nb\r\nx\r\n0\r\n\r\n',
      'no size': '\r\nx\r\n0\r\n\r\n',
      'a minus': '-1\r\nx\r\n0\r\n\r\n',
      'hexadecimal prefix': '0x1\r\nx\r\n0\r\n\r\n',
      'far too large': 'fffffffffffffffff\r\nx\r\n0\r\n\r\n',
      'more than it says': '1\r\nxGET /smuggled HTTP/1.1\r\n\r\n0\r\n\r\n',
      'line feeds alone': '1\nx\n0\n\n',
      'a carriage return alone': '1\rx\r0\r\r',
      'a long extension': `1;${'a'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`,
    },
    async (t, { world, op }, body) => {
      const seen = watchOp(op.requests)
      const head = ['POST /connect/token HTTP/1.1', `Host: ${new URL(world.publicUrl).host}`, form]
      const bytes = `${[...head, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n${body}`
      const answer = await exchange(world.publicUrl, bytes)
      t.ok([0, 400, 413].includes(answer.status), 'is refused', { answer: describe(answer) })
      t.same(seen.seen(), [])
    },
  )
  attack(
    'H-02',
    'the gateway answers before it has read the body',
    {
      'a wrong content type': 'POST /connect/token',
      'a path of its own': 'POST /step-up/challenge/x',
      'a closed method': 'PUT /connect/authorize',
      'a refused target': 'POST /connect//authorize',
      'a refused prefix': 'POST /STEP-UP/x',
    },
    async (t, { world, op }, line) => {
      const seen = watchOp(op.requests)
      const { host, port } = new URL(world.publicUrl)
      const head = `${line} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: text/plain\r\n`
      // All at once; and with a pause, in which the gateway answers.
      const atOnce = `${head}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`
      const end = writeRequest(world.publicUrl, { target: '/the-end' })
      const wire = await sendRaw(Number(port), atOnce + end)
      t.match(wire, /^HTTP\/1\.1 4\d\d/)
      const socket = connect(Number(port), '127.0.0.1')
      const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve))
      const answered = new Promise((resolve) => socket.once('data', resolve))
      socket.write(`${head}Content-Length: 100000\r\n\r\n`)
      await answered
      socket.write(smuggled)
      socket.end(end)
      await closed
      t.same(
        seen.seen().filter((request) => request !== 'GET /the-end'),
        [],
        'no part of a body is taken for a request',
      )
    },
  )
  attack(
    'H-04',
    'Expect',
    {
      '100-continue': '100-continue',
      'upper case': '100-CONTINUE',
      unknown: 'x-something',
      empty: '',
      two: '100-continue, x',
    },
    async (t, { world, op }, value) => {
      const request = {
        method: 'POST',
        target: '/anything',
        headers: [form, `Expect: ${value}`],
        body: 'a=b',
      }
      const answer = await send(world.publicUrl, request)
      t.ok(/^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (?:200|4\d\d) /.test(answer.wire), 'no 500', {
        wire: answer.wire.slice(0, 80),
      })
      if (value.toLowerCase() === '100-continue') t.match(answer.wire, 'HTTP/1.1 200')
      t.notOk('expect' in (op.requests.at(-1)?.headers ?? {}), 'it ends here')
    },
  )
  attack(
    'H-05',
    'trailers',
    {
      authorization: 'Authorization: Basic b3RoZXI6eA==',
      cookie: 'Cookie: _session=user-bob',
      'content-length': 'Content-Length: 5',
      location: 'Location: https://evil.example',
    },
    async (t, { world, op, cookie }, trailer) => {
      const name = trailer.split(':', 1).join('')
      const head = ['POST /anything HTTP/1.1', `Host: ${new URL(world.publicUrl).host}`, form, cookie]
      const more = ['TE: trailers', `Trailer: ${name}`, 'Transfer-Encoding: chunked', 'Connection: close']
      const bytes = `${[...head, ...more].join('\r\n')}\r\n\r\n3\r\na=b\r\n0\r\n${trailer}\r\n\r\n`
      const answer = await exchange(world.publicUrl, bytes)
      if (answer.status === 400) return
      const [request] = op.requests.slice(-1)
      t.same(request?.trailers, {}, 'no trailer arrives')
      t.notOk(['te', 'trailer'].some((header) => header in (request?.headers ?? {})))
      t.equal(request?.headers.cookie, '_session=user-alice')
    },
  )
  attack(
    'H-05',
    'trailers of the OP',
    { 'set-cookie': 'Set-Cookie', location: 'Location', 'an unknown one': 'X-Any' },
    async (t, stage, name) => {
      stage.op.answer = (_request, response) => {
        response.writeHead(200, { trailer: name })
        response.write('x')
        response.addTrailers({ [name]: 'from-a-trailer' })
        response.end()
      }
      const { wire } = await send(stage.world.publicUrl, { target: '/anything' })
      stage.beLenient()
      t.notMatch(wire, /from-a-trailer|^trailer:/im)
    },
  )
  attack(
    'H-06',
    'Connection names headers that are not the connection’s',
    [
      'cookie',
      'content-type',
      'x-forwarded-for',
      'x-forwarded-host',
      'host',
      'authorization',
      'content-length',
      'Close, Cookie',
      'accept',
      '__proto__',
      'cookie\r\nConnection: close',
      ', ,cookie',
    ],
    async (t, { world, op, cookie }, value) => {
      for (const target of [`/connect/authorize?${authorizeQuery(world.web)}`, '/anything']) {
        const seen = watchOp(op.requests)
        const bytes = writeRequest(world.publicUrl, { target, headers: [cookie, ...navigation] }).replace(
          'Connection: close',
          `Connection: ${value}`,
        )
        const wire = await sendRaw(
          Number(new URL(world.publicUrl).port),
          bytes + writeRequest(world.publicUrl, { target: '/the-end' }),
        )
        expectRefused(t, readAnswer(wire.split('HTTP/1.1 303')[0] ?? ''), 400, {
          seen: () => seen.seen().filter((request) => request !== 'GET /the-end'),
        })
      }
    },
  )
  attack(
    'H-06',
    'honest values, and what the gateway says of itself',
    ['close', 'close, te', 'Close, Keep-Alive', 'close,upgrade', 'close, transfer-encoding'],
    async (t, { world, op }, value) => {
      const bytes = writeRequest(world.publicUrl, {
        target: '/anything',
        headers: [
          'Keep-Alive: timeout=5',
          'Proxy-Connection: keep-alive',
          'TE: gzip',
          'Proxy-Authorization: Basic x',
        ],
      }).replace('Connection: close', `Connection: ${value}`)
      await exchange(world.publicUrl, bytes)
      const headers = op.requests.at(-1)?.headers ?? {}
      t.equal(headers['x-forwarded-for'], '127.0.0.1')
      t.equal(headers['x-forwarded-host'], new URL(world.publicUrl).host)
      for (const name of ['te', 'proxy-connection', 'proxy-authorization']) t.notOk(name in headers, name)
      t.ok([undefined, 'keep-alive', 'close'].includes(headers.connection), 'a connection of its own')
    },
  )
  attack(
    'H-07',
    'Upgrade',
    {
      h2c: ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__', 'Connection: Upgrade, HTTP2-Settings, close'],
      websocket: [
        'Upgrade: websocket',
        'Sec-WebSocket-Key: x',
        'Sec-WebSocket-Version: 13',
        'Connection: Upgrade',
      ],
      'without Connection': ['Upgrade: websocket'],
      'an unknown one': ['Upgrade: x/1', 'Connection: upgrade'],
      TLS: ['Upgrade: TLS/1.0', 'Connection: Upgrade'],
    },
    async (t, { world, op }, headers) => {
      const head = ['GET /anything HTTP/1.1', `Host: ${new URL(world.publicUrl).host}`, ...headers]
      const socket = connect(Number(new URL(world.publicUrl).port), '127.0.0.1')
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      const [chunk] = await once(socket, 'data')
      socket.destroy()
      t.ok(readAnswer(String(chunk)).status >= 200, 'nothing is switched')
      for (const { headers } of op.requests) {
        t.notOk(
          ['upgrade', 'http2-settings'].some((name) => name in headers),
          'and nothing arrives',
        )
      }
    },
  )
  attack(
    'H-07',
    'CONNECT, and the preface of HTTP/2',
    {
      CONNECT: 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
      'CONNECT of the own host': 'CONNECT % HTTP/1.1\r\nHost: %\r\n\r\n',
      'PRI * HTTP/2.0': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    },
    async (t, { world, op }, bytes) => {
      const seen = watchOp(op.requests)
      const answer = await exchange(world.publicUrl, bytes.replaceAll('%', new URL(world.publicUrl).host))
      t.ok([0, 400, 404, 405, 505].includes(answer.status), 'is refused', { answer: describe(answer) })
      t.same(seen.seen(), [])
      await expectAlive(t, world)
    },
  )
  attack(
    'H-09',
    'more headers than are read',
    {
      '2,000 of them, the last one a cookie': [...Array(1999).fill('a:b'), 'Cookie: _session=user-alice'],
      '1,005 and Authorization': [...Array(1005).fill('a:b'), 'Authorization: Basic d2ViOng='],
      '1,010 and Cookie': [...Array(1010).fill('a:b'), 'Cookie: _session=user-alice'],
      '2,500 of them': Array(2500).fill('a:b'),
      '1,990 and Authorization': [...Array(1999).fill('a:'), 'Authorization: Basic b3RoZXI6eA=='],
      '32 KiB in one': [`X: ${'a'.repeat(32_800)}`],
      '32 KiB in the name': [`${'x'.repeat(32_800)}: a`],
      '32 KiB of cookies': [`Cookie: ${'a=b; '.repeat(8000)}`],
    },
    async (t, { world, op }, headers: string[]) => {
      for (const request of [
        { target: `/connect/authorize?${authorizeQuery(world.web)}`, headers },
        { method: 'POST', target: '/connect/token', headers: [form, ...headers], body: stolen },
        { target: '/anything', headers },
      ]) {
        expectRefused(t, await send(world.publicUrl, request), [400, 431], watchOp(op.requests))
      }
    },
  )
  attack(
    'H-13',
    'Host',
    {
      'HTTP/1.0 without Host': 'GET /anything HTTP/1.0\r\n\r\n',
      'HTTP/1.1 without Host': 'GET /anything HTTP/1.1\r\nConnection: close\r\n\r\n',
      'two of them': 'GET /anything HTTP/1.1\r\nHost: %\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      'two equal ones': 'GET /anything HTTP/1.1\r\nHost: %\r\nHost: %\r\nConnection: close\r\n\r\n',
      'another name': 'GET /anything HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      'another port': 'GET /anything HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n',
      'a user name': 'GET /anything HTTP/1.1\r\nHost: a@%\r\nConnection: close\r\n\r\n',
      'a list': 'GET /anything HTTP/1.1\r\nHost: %, evil.example\r\nConnection: close\r\n\r\n',
      'a path': 'GET /anything HTTP/1.1\r\nHost: %/x\r\nConnection: close\r\n\r\n',
      'a dot at the end': 'GET /anything HTTP/1.1\r\nHost: %.\r\nConnection: close\r\n\r\n',
      empty: 'GET /anything HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n',
      'the address': 'GET /anything HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      'an absolute target':
        'GET http://%/anything HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    },
    async (t, { world, op }, bytes) => {
      const text = bytes.replaceAll('%', new URL(world.publicUrl).host)
      expectRefused(t, await exchange(world.publicUrl, text), 400, watchOp(op.requests))
    },
  )
  attack(
    'H-13',
    'the own name in upper case, and HTTP/1.0 with Host, are served under the public name',
    {
      'upper case': 'GET /anything HTTP/1.1\r\nHost: #\r\n',
      'HTTP/1.0': 'GET /anything HTTP/1.0\r\nHost: %\r\n',
    },
    async (t, { world, op }, head) => {
      const { host } = new URL(world.publicUrl)
      const text = head.replace('%', host).replace('#', host.toUpperCase())
      expectNoArtefact(t, await exchange(world.publicUrl, `${text}Connection: close\r\n\r\n`))
      t.equal(op.requests.at(-1)?.headers.host, host)
    },
  )
})

runAttacks('an OP that misbehaves on the wire', onLenientStage(), (attack) => {
  attack(
    'H-08',
    'bytes that nobody asked for',
    {
      'a second answer at once':
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
      'a longer body than it says': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokpoison',
      'a body behind 204':
        'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
      'a body behind 304':
        'HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
      '101 without being asked':
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\npoison',
      'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 6\r\n\r\npoison',
      'both length and chunks':
        'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\npoison',
      'no HTTP at all': 'SSH-2.0-OpenSSH\r\n',
      'NUL in a header': 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok',
      'a head of 1 MiB': `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1_000_000)}\r\n\r\n`,
      'HTTP/0.9': 'poison',
    },
    async (t, stage, bytes) => {
      const { world, op } = stage
      op.answer = (_request, response) => response.socket?.write(bytes)
      const answer = await send(world.publicUrl, { target: '/first' })
      t.not(answer.status, 101)
      t.notMatch(answer.wire, /poison/, 'what was not asked for does not come out')
      op.answer = (request, response) => response.end(`answer to ${request.url}`)
      for (const target of ['/second', '/third', '/fourth']) {
        const next = await send(world.publicUrl, { target })
        t.match(next.body, `answer to ${target}`, 'everyone gets the answer to the own request')
      }
      stage.beLenient()
      await expectAlive(t, world)
    },
  )
  attack(
    'H-08',
    'informational answers before the answer',
    { 'a thousand 102': 1000, 'one 103': 1 },
    async (t, stage, times) => {
      const { world, op } = stage
      op.answer = (request, response) => {
        for (let round = 0; round < times; round++) {
          if (times > 1) response.writeProcessing()
          else response.socket?.write(`HTTP/1.1 103 Early Hints\r\nLocation: /?code=${canary.code}\r\n\r\n`)
        }
        response.end(`answer to ${request.url}`)
      }
      for (const target of ['/first', '/second']) {
        const answer = await send(world.publicUrl, { target })
        expectNoArtefact(t, answer)
        if (answer.status !== 502) t.match(answer.body, `answer to ${target}`)
      }
      stage.beLenient()
    },
  )
  attack(
    'H-08',
    'a body behind HEAD',
    { HEAD: 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison' },
    async (t, stage, bytes) => {
      const { world, op } = stage
      op.answer = (_request, response) => response.socket?.write(bytes)
      const answer = await send(world.publicUrl, { method: 'HEAD', target: '/first' })
      t.notMatch(answer.wire, /poison/)
      op.answer = (request, response) => response.end(`answer to ${request.url}`)
      for (const target of ['/second', '/third']) {
        t.match((await send(world.publicUrl, { target })).body, `answer to ${target}`)
      }
      stage.beLenient()
    },
  )
  attack(
    'H-14',
    'the OP names another way to itself, which browsers would take from then on',
    {
      'a page': { target: '/anything', status: 200 },
      'a page by HEAD': { method: 'HEAD', target: '/anything', status: 200 },
      'an error': { target: '/anything', status: 404 },
      'a broken page': { target: '/anything', status: 500 },
      'a redirect': { target: '/login', status: 302 },
      'an early hint': { target: '/anything', status: 200, early: true },
      'a form that was sent': { method: 'POST', target: '/login', status: 200 },
      'the answer to a held sign-in': { target: 'authorize', status: 303 },
    } as Record<string, { method?: string; target: string; status: number; early?: boolean }>,
    async (t, stage, { method = 'GET', target, status, early = false }) => {
      const { world, op, cookie } = stage
      const ways = {
        'Alt-Svc': 'h3="op.internal:8443"; ma=86400',
        'ALT-SVC': 'h2=":8443"',
        'Alternate-Protocol': '8443:quic',
        Alternates: '{"op.internal" 1 {type text/html}}',
        'Onion-Location': 'http://op.internal.onion/',
        'Content-Base': 'http://op.internal/',
      }
      op.answer = (_request, response) => {
        if (early) response.writeEarlyHints({ link: '</a>; rel=preload', 'alt-svc': ways['Alt-Svc'] })
        const location = `${world.web.redirectUri}?code=${canary.code}&state=x`
        response.writeHead(status, { ...ways, ...(status === 303 && { location }), kept: 'yes' })
        response.end(method === 'HEAD' ? undefined : 'the page')
      }
      const path = target === 'authorize' ? `/connect/authorize?${authorizeQuery(world.web)}` : target
      const body = method === 'POST' ? { body: 'a=b' } : {}
      const headers = [cookie, ...navigation, ...(method === 'POST' ? [form] : [])]
      const answer = await send(world.publicUrl, { method, target: path, headers, ...body })
      stage.beLenient()
      t.equal(answer.status, status, { answer: describe(answer) })
      t.notMatch(answer.wire, /op\.internal|8443|quic/, 'none of them comes out')
      if (status !== 303) t.equal(answer.headers['kept'], 'yes', 'what else it says does')
      expectNoArtefact(t, answer)
    },
  )
  attack(
    'H-11',
    'the OP sends the probe somewhere else',
    {
      'another host': { location: 'http://127.0.0.1:%/steal' },
      'a protocol-relative host': { location: '//127.0.0.1:%/steal' },
      'a cloud’s metadata service': { location: 'http://169.254.169.254/latest/meta-data' },
      'a file': { location: 'file:///etc/passwd' },
      'the redirect URI with a longer host': { location: '#.evil.example/step-up/probe?code=x&state=$' },
      'the redirect URI with a user name': {
        location: 'http://localhost@127.0.0.1:%/step-up/probe?code=x&state=$',
      },
      'another path of the gateway': { location: '#/step-up/probe/x?code=x&state=$' },
      'the state of another request': { location: '#/step-up/probe?code=x&state=other' },
      'no state': { location: '#/step-up/probe?code=x' },
      'a code in the fragment': { location: '#/step-up/probe#code=x&state=$' },
      'two codes': { location: '#/step-up/probe?code=x&code=y&state=$' },
      'code and error': { location: '#/step-up/probe?code=x&error=y&state=$' },
      'another issuer': { location: '#/step-up/probe?code=x&state=$&iss=https%3A%2F%2Fevil.example' },
      'a redirect of the token request': { token: 307 },
    },
    async (t, stage, { location, token }: { location?: string; token?: number }) => {
      const { world, op } = stage
      const stolen: string[] = []
      const thief = await listenOnLoopback((request, response) => {
        stolen.push(`${request.url} ${request.headers.cookie}`)
        response.end()
      })
      op.onProbe = ({ url, body }, response) => {
        const state = new URLSearchParams(url.split('?')[1]).get('state') ?? ''
        if (location !== undefined && body === '') {
          const to = location.replace('#', world.publicUrl).replace('%', `${thief.port}`).replace('$', state)
          response.writeHead(302, { location: to }).end()
          return true
        }
        if (token === undefined || body === '') return false
        response.writeHead(token, { location: `http://127.0.0.1:${thief.port}/token` }).end()
        return true
      }
      const target = `/connect/authorize?${authorizeQuery(world.web)}`
      const answer = await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
      op.onProbe = undefined
      await thief.close()
      t.same(stolen, [], 'the probe goes nowhere else')
      expectNoArtefact(t, answer)
      t.match(answer.headers['location'], /error=server_error/, 'who is not known is refused')
    },
  )
})

const read = (name: string) => readFile(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')

runAttacks('somebody between the gateway and the OP', onLenientStage(), (attack) => {
  attack(
    'H-10',
    'TLS towards the OP is verified',
    {
      'the certificate of another name': { certificate: 'public', ca: true },
      'the certificate of the address only': { certificate: 'address', ca: true },
      'an unknown CA': { certificate: 'localhost' },
      'an unknown CA, and the environment asks not to verify': {
        certificate: 'localhost',
        env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      },
      'a proxy in the environment': {
        certificate: 'localhost',
        env: {
          HTTPS_PROXY: 'http://127.0.0.1:9',
          HTTP_PROXY: 'http://127.0.0.1:9',
          ALL_PROXY: 'http://127.0.0.1:9',
        },
      },
    },
    async (t, _stage, how: { certificate: string; ca?: boolean; env?: Record<string, string> }) => {
      const seen: string[] = []
      const handler = {
        cert: await read(`${how.certificate}.pem`),
        key: await read(`${how.certificate}.key`),
      }
      const port = await serve(
        t,
        (request, response) => {
          seen.push(`${request.url}`)
          response.end()
        },
        handler,
      )
      if (how.env) t.intercept(process, 'env', { value: { ...process.env, ...how.env } })
      const tls = how.ca === true ? { tls: { ca: await read('ca.pem') } } : {}
      const upstream = { url: `https://localhost:${port}`, timeout: '2s', ...tls }
      const world = await startWorld({ config: { upstream } })
      t.teardown(() => world.close())
      for (const target of ['/', '/connect/authorize', '/connect/token']) {
        const answer = await send(world.publicUrl, { target })
        t.ok([502, 503].includes(answer.status), 'is not served', { answer: describe(answer) })
      }
      t.same(seen, [], 'nothing is sent to whoever it is')
    },
  )
  attack(
    'H-10',
    'the control: the right certificate is asked',
    { localhost: 'localhost' },
    async (t, _stage, certificate) => {
      const seen: string[] = []
      const handler = { cert: await read(`${certificate}.pem`), key: await read(`${certificate}.key`) }
      const port = await serve(
        t,
        (request, response) => {
          seen.push(`${request.url}`)
          response.end()
        },
        handler,
      )
      const upstream = { url: `https://localhost:${port}`, timeout: '2s', tls: { ca: await read('ca.pem') } }
      const world = await startWorld({ config: { upstream } })
      t.teardown(() => world.close())
      while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      t.equal(seen[0], '/.well-known/openid-configuration')
    },
  )
})
