import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { requestBytes, works } from './work.ts'

// Sends one kind of request again and again. In a process of its own: it is sent a `Round` and answers a `Measured`.

export interface Round {
  readonly port: number
  readonly host: string
  readonly work: string
  readonly connections: number
  readonly milliseconds: number
  /** So many requests a second, whether or not they are answered; without it each connection waits for its answer. */
  readonly rate?: number | undefined
}

export interface Measured {
  readonly requests: number
  readonly seconds: number
  /** In milliseconds, from when it should have been sent. */
  readonly median: number
  readonly p99: number
  /** Answers of another status than most. */
  readonly odd: number
  readonly status: string
}

interface Connection {
  send(dueAt: number): void
  close(): void
}

async function measure(round: Round): Promise<Measured> {
  const work = works.find((one) => one.name === round.work)
  if (!work) throw new Error(`no such work: ${round.work}`)
  const request = requestBytes(work, round.host)
  const times: number[] = []
  const statuses = new Map<string, number>()
  const answered = (dueAt: number, status: string): void => {
    times.push(performance.now() - dueAt)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  const begun = performance.now()
  await (round.rate === undefined
    ? sendAtOnce(round, request, answered)
    : sendPaced({ ...round, rate: round.rate }, request, answered))
  const seconds = (performance.now() - begun) / 1000
  times.sort((one, other) => one - other)
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0
  const [[status = '', usual = 0] = []] = [...statuses].sort(([, one], [, other]) => other - one)
  const requests = times.length
  return { requests, seconds, median: at(0.5), p99: at(0.99), odd: requests - usual, status }
}

type Answered = (dueAt: number, status: string) => void

/** As fast as the answers come. */
function sendAtOnce(round: Round, request: Buffer, answered: Answered): Promise<void> {
  const until = performance.now() + round.milliseconds
  return new Promise((resolve, reject) => {
    let open = round.connections
    for (let index = 0; index < round.connections; index++) {
      const connection = openConnection(round.port, request, reject, (dueAt, status) => {
        answered(dueAt, status)
        if (performance.now() < until) return connection.send(performance.now())
        connection.close()
        open -= 1
        if (open === 0) resolve()
      })
      connection.send(performance.now())
    }
  })
}

/** By the clock. A request for which no connection is free waits, and its time counts from when it was due. */
function sendPaced(round: Round & { rate: number }, request: Buffer, answered: Answered): Promise<void> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const waiting: number[] = []
    const connections: Connection[] = Array.from({ length: round.connections }, () => {
      const connection = openConnection(round.port, request, reject, (dueAt, status) => {
        answered(dueAt, status)
        const next = waiting.shift()
        if (next === undefined) free.push(connection)
        else connection.send(next)
      })
      return connection
    })
    const free = [...connections]
    let sent = 0
    const tick = setInterval(() => {
      const now = performance.now()
      const passed = Math.min(now - begun, round.milliseconds)
      for (; sent < (passed / 1000) * round.rate; sent++) {
        const connection = free.pop()
        if (connection === undefined) waiting.push(now)
        else connection.send(now)
      }
      if (passed < round.milliseconds || free.length < connections.length) return
      clearInterval(tick)
      for (const connection of connections) connection.close()
      resolve()
    }, 1)
  })
}

function openConnection(
  port: number,
  request: Buffer,
  onError: (error: Error) => void,
  onAnswer: Answered,
): Connection {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  let dueAt = 0
  readAnswers(socket, (status) => onAnswer(dueAt, status))
  socket.on('error', onError)
  socket.on('end', () => onError(new Error('the connection was closed')))
  return {
    send(due) {
      dueAt = due
      socket.write(request)
    },
    close: () => socket.destroy(),
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
