import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { requestBytes, works } from './work.ts'

// Sends one kind of request again and again, each connection waiting for its answer. In a process of its own: it is sent a
// `Round` and answers a `Measured`.

export interface Round {
  readonly port: number
  readonly host: string
  readonly work: string
  readonly connections: number
  readonly milliseconds: number
}

export interface Measured {
  readonly requests: number
  readonly seconds: number
  /** In milliseconds. */
  readonly median: number
  readonly p99: number
  /** Answers of another status than the first one. */
  readonly odd: number
  readonly status: string
}

async function measure({ port, host, work: name, connections, milliseconds }: Round): Promise<Measured> {
  const work = works.find((one) => one.name === name)
  if (!work) throw new Error(`no such work: ${name}`)
  const request = requestBytes(work, host)
  const times: number[] = []
  const statuses = new Map<string, number>()
  const begun = performance.now()
  const until = begun + milliseconds

  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1').setNoDelay(true)
      let sentAt = 0
      const send = (): void => {
        sentAt = performance.now()
        socket.write(request)
      }
      readAnswers(socket, (status) => {
        const at = performance.now()
        times.push(at - sentAt)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (at < until) return send()
        socket.destroy()
        resolve()
      })
      socket.once('connect', send)
      socket.on('error', reject)
      socket.on('end', () => reject(new Error('the connection was closed')))
    })

  await Promise.all(Array.from({ length: connections }, run))
  const seconds = (performance.now() - begun) / 1000
  times.sort((one, other) => one - other)
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0
  const [[status = '', usual = 0] = []] = [...statuses].sort(([, one], [, other]) => other - one)
  return {
    requests: times.length,
    seconds,
    median: at(0.5),
    p99: at(0.99),
    odd: times.length - usual,
    status,
  }
}

/** Calls back at the end of each answer. */
function readAnswers(socket: Socket, onAnswer: (status: string) => void): void {
  let missing = -1
  let head = ''
  let tail = ''
  socket.on('data', (chunk) => {
    if (missing < 0) {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end + 2)) ?? []
      missing = length === undefined ? Number.POSITIVE_INFINITY : Number(length)
      missing -= head.length - end - 4
      tail = head.slice(-5)
    } else {
      missing -= chunk.length
      tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 5))).slice(-5)
    }
    if (missing !== 0 && (Number.isFinite(missing) || tail !== '0\r\n\r\n')) return
    const status = head.slice(9, 12)
    missing = -1
    head = ''
    onAnswer(status)
  })
}

process.on('message', (round: Round) => {
  measure(round).then(
    (measured) => process.send?.(measured),
    (error) => process.send?.({ error: String(error) }),
  )
})
