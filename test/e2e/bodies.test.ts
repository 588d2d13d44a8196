import t, { type Test } from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { exchange, form, navigation, type RawRequest, writeRequest } from '../attacks/frame/wire.ts'

const protectedPaths = [{ path: '/account' }, { path: '/watched', mode: 'monitor' }]
const stage = await onLenientStage({ rules: [], config: { protectedPaths } })(t)
const { world, op, cookie } = stage
op.answer = (_request, response) => response.writeHead(200, { 'content-length': 4 }).end('done')

const bytes = 'a=\x00\xff&b={"c": 1.0}\r\n'

const ofItsLength = { 'content-length': String(bytes.length), 'transfer-encoding': undefined }

/** A body with its framing, and how the OP sees that. */
const framings: Record<
  string,
  { write(request: RawRequest & { body: string }): string; seen: Record<string, unknown> }
> = {
  'of a length': {
    write: (request) => writeRequest(world.publicUrl, request),
    seen: ofItsLength,
  },
  'in chunks': {
    write: ({ headers = [], body, ...request }) => {
      const head = writeRequest(world.publicUrl, {
        ...request,
        headers: [...headers, 'Transfer-Encoding: chunked'],
      })
      return `${head}4\r\n${body.slice(0, 4)}\r\n${(body.length - 4).toString(16)}\r\n${body.slice(4)}\r\n0\r\n\r\n`
    },
    seen: { 'content-length': undefined, 'transfer-encoding': 'chunked' },
  },
}

const type = 'Content-Type: application/octet-stream'

function expectWhole(t: Test, seen: Record<string, unknown>, sent: { method: string; target: string }): void {
  const got = op.requests.at(-1)
  t.match(got, { method: sent.method, url: sent.target, body: bytes })
  const { 'content-length': length, 'transfer-encoding': coding, 'content-type': shown } = got?.headers ?? {}
  // What was read is sent with its length.
  const framing = coding === undefined ? ofItsLength : seen
  t.strictSame({ 'content-length': length, 'transfer-encoding': coding }, framing, 'framed once')
  t.equal(shown, 'application/octet-stream')
}

for (const [name, { write, seen }] of Object.entries(framings)) {
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    for (const [where, target] of [
      ['at an open path', '/somewhere'],
      ['at a protected page', '/account'],
      ['at a page that is only watched', '/watched'],
      ['below the authorization endpoint', '/connect/authorize/resume'],
    ] as const) {
      t.test(`a ${method} with a body ${name} ${where} goes on whole`, async (t) => {
        const sent = { method, target, headers: [cookie, type, ...navigation], body: bytes }
        const answer = await exchange(world.publicUrl, write(sent))
        t.equal(answer.status, 200)
        t.equal(answer.body, method === 'HEAD' ? '' : 'done')
        expectWhole(t, seen, sent)
      })
    }
  }

  t.test(`a GET with a body ${name}, by nobody, to a protected page goes on whole`, async (t) => {
    const sent = { method: 'GET', target: '/account', headers: [type, ...navigation], body: bytes }
    t.equal((await exchange(world.publicUrl, write(sent))).status, 200)
    expectWhole(t, seen, sent)
  })

  for (const [method, path, status] of [
    ['GET', '/connect/authorize', 400],
    ['HEAD', '/connect/authorize', 400],
    ['OPTIONS', '/connect/authorize', 400],
    ['GET', '/connect/token', 405],
    ['DELETE', '/connect/token', 405],
  ] as const) {
    for (const client of [world.web, world.other]) {
      t.test(`a ${method} with a body ${name} at ${path} is refused for ${client.clientId}`, async (t) => {
        const before = op.requests.length
        const target = `${path}?${authorizeQuery(client)}`
        const answer = await exchange(
          world.publicUrl,
          write({ method, target, headers: [cookie, form, ...navigation], body: 'prompt=none' }),
        )
        t.equal(answer.status, status)
        t.equal(op.requests.length, before, 'nothing reaches the OP')
      })
    }
  }

  t.test(`a form ${name} at the token endpoint goes on with its length`, async (t) => {
    const body = 'grant_type=authorization_code&client_id=other&code=x'
    const sent = { method: 'POST', target: '/connect/token', headers: [form], body }
    await exchange(world.publicUrl, write(sent))
    const { headers, body: got } = op.requests.at(-1) ?? {}
    t.equal(got, body)
    t.match(headers, { 'content-type': 'application/x-www-form-urlencoded' })
    t.match(headers, { 'content-length': String(body.length), 'transfer-encoding': undefined })
  })
}

t.test('an empty body in chunks is none', async (t) => {
  for (const [method, target] of [
    ['GET', '/somewhere'],
    ['POST', '/somewhere'],
    ['GET', '/account'],
  ] as const) {
    const headers = [cookie, 'Transfer-Encoding: chunked', ...navigation]
    const answer = await exchange(
      world.publicUrl,
      `${writeRequest(world.publicUrl, { method, target, headers })}0\r\n\r\n`,
    )
    t.equal(answer.status, 200)
    t.match(op.requests.at(-1), { method, url: target, body: '' })
  }
})
