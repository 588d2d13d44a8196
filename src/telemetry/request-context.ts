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
  facts: RequestFacts | undefined
  concern: Concern
}

const current = new AsyncLocalStorage<RequestContext>()

/** A new support id: shown on the pages of one request, and on every log line that the request causes. */
export const createSupportId = (): string => randomUUID()

/** How a request begins: its support id, its W3C trace id if it has one, and the clock in milliseconds that times it. */
export interface Beginning {
  readonly supportId: string
  readonly traceId?: string | undefined
  readonly now: () => number
}

/** Runs what one request causes, so that its log lines tell of it. */
export function runRequest({ supportId, traceId, now }: Beginning, run: () => void): void {
  const context: RequestContext = {
    supportId,
    traceId: traceId ?? supportId.replaceAll('-', ''),
    now,
    startedAt: now(),
    durations: new Map(),
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
  const { now, durations } = context
  const startedAt = now()
  try {
    return await run()
  } finally {
    durations.set(name, (durations.get(name) ?? 0) + Math.max(0, now() - startedAt))
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
