import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Agent, type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { type OpAnswer, type OpRequest, sendRequest, silentCode } from '../../src/upstream/exchange.ts'
import { serve } from './serve.ts'

const patience = { connectMs: 60_000, silenceMs: 60_000 }
/** More than the system takes while nobody reads. */
const much = Buffer.alloc(96 * 1024 * 1024)

interface Begun {
  readonly opened: ClientRequest
  readonly answer: Promise<OpAnswer>
  /** What the OP sees. */
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Sends requests to an OP that leaves each of them to the test. */
async function startOp(t: Test): Promise<(sent?: Pick<OpRequest, 'body' | 'signal'>) => Promise<Begun>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  let arrive: (seen: Pick<Begun, 'request' | 'response'>) => void
  const port = await serve(t, (request, response) => arrive({ request, response }))
  return async (sent = {}) => {
    const arrived = new Promise<Pick<Begun, 'request' | 'response'>>((resolve) => {
      arrive = resolve
    })
    const method = sent.body ? 'POST' : 'GET'
    const opened = openRequest({ host: '127.0.0.1', port, agent, method, path: '/' })
    const answer = sendRequest(opened, sent, patience)
    answer.catch(() => undefined)
    return { opened, answer, ...(await arrived) }
  }
}

/** As if the longest time had passed without a byte. */
const beSilent = ({ opened }: Begun) => opened.socket?.emit('timeout')

t.test('an OP that says nothing', async (t) => {
  const begun = await (await startOp(t))()
  beSilent(begun)
  await t.rejects(begun.answer, { code: silentCode })
})

t.test('an OP that says nothing more', async (t) => {
  const begun = await (await startOp(t))()
  begun.response.writeHead(200).flushHeaders()
  const { body } = await begun.answer
  const broken = body.toArray()
  beSilent(begun)
  await t.rejects(broken, { code: silentCode })
})

t.test('an OP that takes no more of an upload', async (t) => {
  const body = new PassThrough()
  body.write(much)
  const begun = await (await startOp(t))({ body })
  t.ok(begun.opened.writableNeedDrain)
  beSilent(begun)
  await t.rejects(begun.answer, { code: silentCode })
})

t.test('a client that sends slowly, or reads slowly, is no silence of the OP', async (t) => {
  const body = new PassThrough()
  body.write('a part')
  const begun = await (await startOp(t))({ body })
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

t.test('who gives up, and why', async (t) => {
  for (const [reason, expected] of [
    [new Error('a reason'), { message: 'a reason' }],
    ['no error', { message: 'aborted' }],
  ] as const) {
    const late = new AbortController()
    const begun = await (await startOp(t))({ signal: late.signal })
    late.abort(reason)
    await t.rejects(begun.answer, expected)
  }
})

t.test('a connection carries no trace of earlier requests', async (t) => {
  const send = await startOp(t)
  const counts: unknown[] = []
  for (let round = 0; round < 3; round++) {
    const { opened, answer, response } = await send({ signal: new AbortController().signal })
    response.end('done')
    const { body } = await answer
    await Promise.all([once(opened, 'close'), body.toArray()])
    const { socket } = opened
    counts.push(socket?.eventNames().map((name) => [name, socket.listenerCount(name)]))
  }
  t.same(counts[1], counts[0])
  t.same(counts[2], counts[0])
})

t.test('what the OP says between two requests is no answer', async (t) => {
  const send = await startOp(t)
  const first = await send()
  first.response.end('one')
  t.equal(`${Buffer.concat(await (await first.answer).body.toArray())}`, 'one')
  const socket = first.opened.socket
  t.notOk(socket?.destroyed, 'it is kept')
  first.request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison')
  if (socket) await once(socket, 'data')
  t.ok(socket?.destroyed)
  const second = await send()
  t.not(second.request.socket, first.request.socket, 'it is not used again')
  second.response.end('two')
  t.equal(`${Buffer.concat(await (await second.answer).body.toArray())}`, 'two')
})

t.test('what the OP says behind an answer that is not read yet is no answer either', async (t) => {
  const send = await startOp(t)
  const first = await send()
  const socket = first.opened.socket
  first.response.end('one')
  const { body } = await first.answer
  first.request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison')
  if (socket) await once(socket, 'data')
  t.ok(socket?.destroyed)
  t.equal(`${Buffer.concat(await body.toArray())}`, 'one')
})
