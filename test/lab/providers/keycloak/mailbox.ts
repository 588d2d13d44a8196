import { EventEmitter, once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { portOf } from '../../ports.ts'

/** An SMTP server on loopback that keeps what it gets. */
export interface Mailbox {
  readonly port: number
  /** The first link to `origin` in the next mail to an address, or in the last that came; waits 10 seconds at most. */
  readLink(address: string, origin: string): Promise<string>
  close(): Promise<void>
}

interface Mail {
  readonly to: string
  readonly text: string
}

/** Starts it on a free port. It knows as much of SMTP (RFC 5321) as one well-behaved sender needs. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: Mail[] = []
  const events = new EventEmitter()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    receive(socket, (mail) => {
      mails.push(mail)
      events.emit('mail')
    }).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    async readLink(address, origin) {
      const signal = AbortSignal.timeout(10_000)
      for (;;) {
        const index = mails.findLastIndex(({ to, text }) => to === address && text.includes(origin))
        const [mail] = index === -1 ? [] : mails.splice(index, 1)
        const rest = mail?.text.slice(mail.text.indexOf(origin))
        if (rest !== undefined) return rest.replace(/[\s"'<>][\s\S]*$/, '').replaceAll('&amp;', '&')
        await once(events, 'mail', { signal })
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function receive(socket: Socket, keep: (mail: Mail) => void): Promise<void> {
  let to = ''
  let body: string[] | undefined
  const answer = (line: string) => socket.write(`${line}\r\n`)
  answer('220 lab')
  for await (const line of createInterface({ input: socket })) {
    if (body !== undefined) {
      if (line !== '.') body.push(line)
      else {
        keep({ to, text: decodeQuotedPrintable(body.join('\n')) })
        body = undefined
        answer('250 kept')
      }
      continue
    }
    to = /^RCPT TO:<([^>]*)>/i.exec(line)?.[1] ?? to
    if (/^DATA/i.test(line)) {
      body = []
      answer('354 go on')
    } else answer(/^QUIT/i.test(line) ? '221 bye' : '250 ok')
  }
}

function decodeQuotedPrintable(text: string): string {
  return text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
