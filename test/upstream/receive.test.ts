import t from 'tap'
import { Dispatcher } from 'undici'
import { receive } from '../../src/upstream/receive.ts'

/** What tells of an exchange in the order in which a test has it, all in one turn of the event loop. */
class Script extends Dispatcher {
  private readonly tell: (handler: Dispatcher.DispatchHandler) => void

  constructor(tell: (handler: Dispatcher.DispatchHandler) => void) {
    super()
    this.tell = tell
  }

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.tell(handler)
    return true
  }
}

const controller = { abort: () => undefined } as unknown as Dispatcher.DispatchController
const question: Dispatcher.DispatchOptions = { method: 'GET', path: '/' }

t.test('a body that breaks off as soon as its head is here', async (t) => {
  const lines = new Script((handler) => {
    handler.onRequestStart?.(controller, {})
    handler.onResponseStart?.(controller, 200, { 'content-length': '9' }, 'OK')
    handler.onResponseData?.(controller, Buffer.from('begin'))
    handler.onResponseError?.(controller, new Error('closed'))
  })
  const { statusCode, body } = await receive(lines, question, undefined)
  t.equal(statusCode, 200)
  if (Buffer.isBuffer(body)) throw new Error('it is not whole')
  await t.rejects(body.toArray(), { message: 'closed' })
})
