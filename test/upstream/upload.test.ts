import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { Agent, type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import { request as openTlsRequest } from 'node:https'
import { PassThrough, type Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { type OpAnswer, silentCode } from '../../src/upstream/exchange.ts'
import { sendUpload } from '../../src/upstream/upload.ts'
import { serve } from './serve.ts'

const patience = { connectMs: 60_000, silenceMs: 60_000 }
/** More than the system takes while nobody reads. */
const much = Buffer.alloc(96 * 1024 * 1024)

interface Begun {
  readonly opened: ClientRequest
  readonly answer: Promise<OpAnswer & { readonly body: Readable }>
  /** What the OP sees. */
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Sends uploads to an OP that leaves each of them to the test. */
async function startOp(t: Test): Promise<(body: Readable, signal?: AbortSignal) => Promise<Begun>> {
  const agent = new Agent({ maxSockets: 1 })
  t.teardown(() => agent.destroy())
  let arrive: (seen: Pick<Begun, 'request' | 'response'>) => void
  const port = await serve(t, (request, response) => arrive({ request, response }))
  return async (body, signal) => {
    const arrived = new Promise<Pick<Begun, 'request' | 'response'>>((resolve) => {
      arrive = resolve
    })
    const opened = openRequest({ host: '127.0.0.1', port, agent, method: 'POST', path: '/' })
    const answer = sendUpload(opened, body, signal, patience)
    answer.catch(() => undefined)
    return { opened, answer, ...(await arrived) } as Begun
  }
}

function bodyOf(content: string | Buffer): PassThrough {
  const body = new PassThrough()
  body.write(content)
  return body
}

/** As if the longest time had passed without a byte. */
const beSilent = ({ opened }: Begun) => opened.socket?.emit('timeout')

t.test('an OP that says nothing', async (t) => {
  const begun = await (await startOp(t))(bodyOf('all').end())
  await once(begun.request.resume(), 'end')
  beSilent(begun)
  await t.rejects(begun.answer, { code: silentCode })
})

t.test('an OP that says nothing more', async (t) => {
  const begun = await (await startOp(t))(bodyOf('all').end())
  begun.response.writeHead(200).flushHeaders()
  const { body } = await begun.answer
  const broken = body.toArray()
  beSilent(begun)
  await t.rejects(broken, { code: silentCode })
})

t.test('an OP that takes no more of an upload', async (t) => {
  const begun = await (await startOp(t))(bodyOf(much))
  t.ok(begun.opened.writableNeedDrain)
  beSilent(begun)
  await t.rejects(begun.answer, { code: silentCode })
})

t.test('an OP that takes no connection while a client still sends', async (t) => {
  const port = await serve(t, () => undefined)
  const opened = openRequest({ host: '127.0.0.1', port, method: 'POST', path: '/' })
  const answer = sendUpload(opened, bodyOf('a part'), undefined, patience)
  opened.once('socket', (socket) => socket.emit('timeout'))
  await t.rejects(answer, { code: silentCode })
})

t.test('a client that sends slowly, or reads slowly, is no silence of the OP', async (t) => {
  const body = bodyOf('a part')
  const begun = await (await startOp(t))(body)
  await once(begun.request, 'data')
  beSilent(begun)
  body.end(' and the rest')
  await once(begun.request.resume(), 'end')
  begun.response.end(much)
  const answer = await begun.answer
  await once(answer.body, 'readable')
  beSilent(begun)
  t.equal(Buffer.concat(await answer.body.toArray()).length, much.length)
})

t.test('over TLS a client may be slow once the handshake is done', async (t) => {
  const read = (name: string) => readFile(new URL(`../fixtures/tls/${name}`, import.meta.url))
  const [ca, cert, key] = await Promise.all(['ca.pem', 'localhost.pem', 'localhost.key'].map(read))
  const port = await serve(
    t,
    (request, response) => {
      opened.socket?.emit('timeout')
      body.end(' and the rest')
      request.resume().on('end', () => response.end('done'))
    },
    { cert, key },
  )
  const body = bodyOf('a part')
  const opened = openTlsRequest({ host: '127.0.0.1', servername: 'localhost', port, ca, method: 'POST' })
  const answer = await sendUpload(opened, body, undefined, patience)
  t.equal(answer.statusCode, 200)
  t.equal(`${Buffer.concat(await (answer.body as Readable).toArray())}`, 'done')
})

t.test('who gives up, and why', async (t) => {
  for (const [reason, expected] of [
    [new Error('a reason'), { message: 'a reason' }],
    ['no error', { message: 'aborted' }],
  ] as const) {
    const late = new AbortController()
    const begun = await (await startOp(t))(bodyOf('a part'), late.signal)
    late.abort(reason)
    await t.rejects(begun.answer, expected)
  }
})

t.test('who has given up before', async (t) => {
  const opened = openRequest({ host: '127.0.0.1', port: 9, method: 'POST', path: '/' })
  const gone = AbortSignal.abort(new Error('gone'))
  await t.rejects(sendUpload(opened, bodyOf('a part'), gone, patience), { message: 'gone' })
})

t.test('headers that come more than once', async (t) => {
  const begun = await (await startOp(t))(bodyOf('all').end())
  begun.response.writeHead(200, { 'set-cookie': ['a=1', 'b=2', 'c=3'] }).end()
  const { headers, body } = await begun.answer
  t.same(headers['set-cookie'], ['a=1', 'b=2', 'c=3'])
  body.resume()
})
