import { Socket } from 'node:net'
import t from 'tap'
import { createClientErrorHandler } from '../../src/http/client-error.ts'

function handle(code: string, socket: Socket) {
  const lines: unknown[] = []
  createClientErrorHandler((refused) => void lines.push(refused), 32_768)(
    Object.assign(new Error(code), { code }),
    socket,
  )
  return lines
}

t.test('a client that is gone gets no answer, and leaves no line', async (t) => {
  t.same(handle('ECONNRESET', new Socket()), [])
  t.same(handle('HPE_INVALID_METHOD', new Socket().destroy()), [])
})

t.test('a client that hears no more leaves a line', async (t) => {
  // A socket that never was connected is not writable.
  const socket = new Socket({ writable: false })
  socket.on('error', () => undefined)
  t.match(handle('ERR_HTTP_REQUEST_TIMEOUT', socket), [{ status: 408, detail: 'ERR_HTTP_REQUEST_TIMEOUT' }])
  t.ok(socket.destroyed)
})
