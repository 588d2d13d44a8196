import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { ErrorReply } from '@redis/client'
import { unlessAborted } from '../../unless-aborted.ts'
import type { Outage } from '../store.ts'
import type { RedisClient } from './connect.ts'
import { explainFailure, NoAnswer } from './explain-failure.ts'

/** One connection after the other. */
export interface Link {
  /**
   * Connects, and again whenever a connection is lost, until the link is closed. Resolves once the first attempt has
   * succeeded or failed, or the link is closed.
   */
  open(): Promise<void>
  /** Asks over the connection, and fails at once where there is none. */
  ask<R>(question: (client: RedisClient) => Promise<R>): Promise<R>
  readonly outage: Outage | undefined
  close(): Promise<void>
}

export interface LinkParts {
  readonly connect: (signal: AbortSignal) => Promise<RedisClient>
  /** A question that every store answers which can be used. */
  readonly check: (client: RedisClient) => Promise<unknown>
  /** How long a connection may take, in milliseconds. */
  readonly connectTimeout: number
  /** How long one answer may take, in milliseconds. */
  readonly timeout: number
  /** Sees that the store is gone, once, and that it answers. */
  readonly onChange: (outage: Outage | undefined) => void
  readonly pace: Pace
}

/** In milliseconds: after a failure the next attempt comes twice as late each time, up to the longest. */
export interface Pace {
  readonly firstRetry: number
  readonly longestRetry: number
  /** How often a connection is checked that may be idle. */
  readonly check: number
}

export const usualPace: Pace = { firstRetry: 50, longestRetry: 2000, check: 5000 }

interface Connection {
  readonly client: RedisClient
  /** Aborted with the reason why it is of no use any more. */
  readonly lost: AbortController
}

/**
 * Keeps a connection. It is given up, with all that is under way, as soon as one answer takes too long or is an error:
 * the commands of a store get one only from a server that can't be used. Nobody waits for what is gone, and nothing is
 * kept for later.
 */
export function createLink({ connect, check, connectTimeout, timeout, onChange, pace }: LinkParts): Link {
  const closing = new AbortController()
  let running: Promise<void> | undefined
  let current: Connection | undefined
  let outage: Outage | undefined = { reason: 'it has not been reached yet', hasAnswered: false }
  let isReported = false
  let failures = 0
  const events = new EventEmitter()
  const tried = once(events, 'tried', { signal: closing.signal }).catch(() => undefined)

  async function keepConnected(): Promise<void> {
    while (!closing.signal.aborted) {
      const reason = await useConnection()
      if (closing.signal.aborted) return
      reportOutage(explainFailure(reason))
      await pause(pace, failures++, closing.signal)
    }
  }

  /** @returns why it ended, or could not be opened. */
  async function useConnection(): Promise<unknown> {
    const lost = new AbortController()
    let client: RedisClient | undefined
    try {
      client = await connect(AbortSignal.any([closing.signal, AbortSignal.timeout(connectTimeout)]))
      client.on('error', (error) => lost.abort(error))
      return await watch({ client, lost })
    } catch (error) {
      current = undefined
      client?.destroy()
      return lost.signal.reason ?? error
    }
  }

  /** @throws when the connection is lost, or the link is closed. */
  async function watch(connection: Connection): Promise<never> {
    const signal = AbortSignal.any([closing.signal, connection.lost.signal])
    const checkOnce = () => unlessAborted(askOver(connection, check), signal)
    await checkOnce()
    signal.addEventListener('abort', () => {
      current = undefined
    })
    current = connection
    outage = undefined
    isReported = false
    onChange(outage)
    events.emit('tried')
    for (;;) {
      await sleep(pace.check, undefined, { signal, ref: false })
      await checkOnce()
      failures = 0
    }
  }

  function reportOutage(reason: string): void {
    outage = { reason, hasAnswered: outage?.hasAnswered ?? true }
    if (!isReported) onChange(outage)
    isReported = true
    events.emit('tried')
  }

  async function askOver<R>(
    { client, lost }: Connection,
    question: (client: RedisClient) => Promise<R>,
  ): Promise<R> {
    try {
      return await answerWithin(timeout, question(client))
    } catch (error) {
      if (error instanceof NoAnswer || error instanceof ErrorReply) lost.abort(error)
      throw error
    }
  }

  return {
    async open() {
      running ??= keepConnected()
      await tried
    },
    async ask(question) {
      if (!current) throw new Error(outage?.reason ?? 'the connection was lost just now')
      return askOver(current, question)
    },
    get outage() {
      return outage
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

/**
 * A timer for each: a race against one promise would keep every loser. An answer that is there by then counts, even if this
 * process was too busy to read it.
 */
function answerWithin<R>(ms: number, answer: Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(new NoAnswer(ms))), ms)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

async function pause(
  { firstRetry, longestRetry }: Pace,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  const ms = Math.min(firstRetry * 2 ** failures, longestRetry)
  await sleep(ms * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined)
}
