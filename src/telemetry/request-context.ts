import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { ClientPolicy } from '../config/schema/schema.ts'
import { omitAbsent } from '../omit-absent.ts'
import type { Leg } from './audit-line.ts'

/** What takes long enough for an operator to ask how long. */
export type Duration = 'probe' | 'track' | 'validate'

/** What is known of a request, for the log lines that it causes. */
export interface RequestFacts {
  readonly method: string
  /** As it was sent: not fit for the log, but for `describePath`. */
  readonly path: string
  readonly ip: string
  readonly userAgent: string | undefined
}

/** Whom a request concerns, as far as it was read. */
export interface Concern {
  readonly clientId?: string | undefined
  readonly policy?: ClientPolicy | undefined
  readonly page?: string | undefined
  readonly leg?: Leg | undefined
}

interface RequestContext {
  readonly supportId: string
  readonly traceId: string
  readonly now: () => number
  readonly startedAt: number
  readonly durations: Map<Duration, number>
  readonly see: ((name: Duration, ms: number) => void) | undefined
  share: Share | undefined
  facts: RequestFacts | undefined
  concern: Concern
}

/** What of a request's time is its own, and what it waits for others; in milliseconds. */
interface Share {
  readonly startedAt: number
  /** For how many it waits at once. */
  waitsFor: number
  waitsSince: number
  waited: number
}

const current = new AsyncLocalStorage<RequestContext>()

/** A new support id: shown on the pages of one request, and on every log line that the request causes. */
export const createSupportId = (): string => randomUUID()

/** How a request begins: its support id, its W3C trace id if it has one, and the clock in milliseconds that times it. */
export interface Beginning {
  readonly supportId: string
  readonly traceId?: string | undefined
  readonly now: () => number
  /** Sees each duration when it is over. */
  readonly see?: ((name: Duration, ms: number) => void) | undefined
}

/** Runs what one request causes, so that its log lines tell of it. */
export function runRequest({ supportId, traceId, now, see }: Beginning, run: () => void): void {
  const context: RequestContext = {
    supportId,
    traceId: traceId ?? supportId.replaceAll('-', ''),
    now,
    startedAt: now(),
    durations: new Map(),
    see,
    share: undefined,
    facts: undefined,
    concern: {},
  }
  current.run(context, run)
}

/** Writes down what was read of the request. */
export function noteFacts(facts: RequestFacts): void {
  const context = current.getStore()
  if (context) context.facts = facts
}

/** Writes down whom the request concerns, for the line of its refusal; what is undefined stays as it was noted before. */
export function noteConcern(concern: Concern): void {
  const context = current.getStore()
  if (context) context.concern = { ...context.concern, ...omitAbsent(concern) }
}

/** Whom the request concerns, as far as it was noted. */
export const notedConcern = (): Concern => current.getStore()?.concern ?? {}

/** Runs something that begins with what is known, and what it notes is true of it alone. */
export async function withConcern<T>(concern: Concern, run: () => Promise<T>): Promise<T> {
  const context = current.getStore()
  const before = notedConcern()
  try {
    if (context) context.concern = concern
    return await run()
  } finally {
    if (context) context.concern = before
  }
}

/** Runs something and adds the time that it takes to what the request's lines say. */
export async function timed<T>(name: Duration, run: () => Promise<T>): Promise<T> {
  const context = current.getStore()
  if (!context) return run()
  const { now, durations, see } = context
  const startedAt = now()
  try {
    return await run()
  } finally {
    const took = Math.max(0, now() - startedAt)
    durations.set(name, (durations.get(name) ?? 0) + took)
    see?.(name, took)
  }
}

/**
 * Begins to measure the request's own share.
 *
 * @returns what ends it: the time since, less that in which the request waited (`waiting`), in milliseconds.
 */
export function measureShare(): () => number {
  const share: Share = { startedAt: performance.now(), waitsFor: 0, waitsSince: 0, waited: 0 }
  const context = current.getStore()
  if (context) context.share = share
  return () => {
    const at = performance.now()
    const unfinished = share.waitsFor > 0 ? at - share.waitsSince : 0
    return at - share.startedAt - share.waited - unfinished
  }
}

/** Runs something in which the request waits for somebody else: the OP, Authsignal, the store, or its own client. */
export async function waiting<T>(run: () => Promise<T>): Promise<T> {
  const share = current.getStore()?.share
  if (!share) return run()
  if (share.waitsFor === 0) share.waitsSince = performance.now()
  share.waitsFor += 1
  try {
    return await run()
  } finally {
    share.waitsFor -= 1
    if (share.waitsFor === 0) share.waited += performance.now() - share.waitsSince
  }
}

/** How long something has taken in this request, in milliseconds; undefined where it was not done. */
export const durationOf = (name: Duration): number | undefined => current.getStore()?.durations.get(name)

/** How long the request has taken so far, in milliseconds. */
export function elapsedInRequest(): number | undefined {
  const context = current.getStore()
  return context && Math.max(0, context.now() - context.startedAt)
}

/** What every line of a request has. */
export function describeRequestIds(): { support_id?: string; trace_id?: string } {
  const context = current.getStore()
  return context ? { support_id: context.supportId, trace_id: context.traceId } : {}
}

/** What was read of the request, where it was. */
export const requestFacts = (): RequestFacts | undefined => current.getStore()?.facts
