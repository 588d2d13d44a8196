import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { startStandIn } from '../../../src/stand-in/start-stand-in.ts'
import { stepUpForWeb } from '../../lab/authsignal/rules.ts'
import { portOf } from '../../lab/ports.ts'

// The stand-in for Authsignal in a process of its own. It is sent `{ apiSecretKey, userId }` and answers its addresses, then
// `{ delay }` in milliseconds, and `{ codeFor }` a user, which it answers with the code of a new authenticator app.

export interface Addresses {
  readonly apiUrl: string
  readonly hostedUrl: string
}

type Message = { apiSecretKey: string; userId: string } | { delay: number } | { codeFor: string }

let control: Awaited<ReturnType<typeof startStandIn>>['control'] | undefined
let delay = 0

/** Hands all on to a port, after a while. */
async function listenBefore(port: number): Promise<number> {
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1').setNoDelay(true)
    socket.setNoDelay(true).on('data', (chunk) => {
      if (delay === 0) onward.write(chunk)
      else setTimeout(() => onward.write(chunk), delay)
    })
    onward.pipe(socket)
    for (const one of [socket, onward]) one.on('error', () => one.destroy())
    socket.on('close', () => onward.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return portOf(server)
}

async function start(apiSecretKey: string, userId: string): Promise<Addresses> {
  const standIn = await startStandIn({
    apiSecretKey,
    tenantId: 'lab',
    publicUrl: 'http://127.0.0.1:0',
    users: [{ userId, secret: 'JBSWY3DPEHPK3PXP' }],
    rules: [stepUpForWeb],
  })
  control = standIn.control
  const apiUrl = new URL(standIn.apiUrl)
  apiUrl.port = String(await listenBefore(Number(apiUrl.port)))
  return { apiUrl: apiUrl.href, hostedUrl: standIn.hostedUrl }
}

process.on('message', async (message: Message) => {
  if ('apiSecretKey' in message) process.send?.(await start(message.apiSecretKey, message.userId))
  else if ('codeFor' in message) process.send?.({ code: control?.newCodeFor(message.codeFor) })
  else {
    delay = message.delay
    process.send?.({})
  }
})
