import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import axios from 'axios'
import type { ClockWatch } from '../http/clock-watch.ts'
import type { CallSpan } from '../tracing/tracing.ts'

/** The result of a request: an answer with any status, or the code of the failure that prevented one. */
export type CallOutcome =
  | { readonly answered: true; readonly status: number; readonly body: unknown }
  | { readonly answered: false; readonly code: string }

interface Attempt {
  readonly signal: AbortSignal
  readonly watch: ClockWatch | undefined
  readonly span: CallSpan | undefined
  /** Takes the header fields of the answer. */
  onHeaders?: ReturnType<ClockWatch['begin']> | undefined
  outcome: CallOutcome
}

const maxBytes = 256 * 1024
const retryPauseMs = 50

/** Nothing was answered, most likely nothing was read. The idempotency key makes the second try safe. */
const connectErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
])

const attempts = new AsyncLocalStorage<Attempt>()
let isGuarded = false

/**
 * Bounds the HTTP client under the SDK, which is the process-wide axios and takes no options: no redirects, no proxy
 * from the environment, no endless answers. The SDK reports an empty answer as a 500 and puts the request, secret
 * included, into its errors; so the outcome is read here, on the wire's side of it.
 */
export function guardHttpClient(): void {
  if (isGuarded) return
  isGuarded = true
  Object.assign(axios.defaults, {
    // guard: api-redirects
    maxRedirects: 0,
    // guard: environment-proxy
    proxy: false,
    maxContentLength: maxBytes,
    maxBodyLength: maxBytes,
  })
  axios.interceptors.request.use((config) => {
    const attempt = attempts.getStore()
    if (!attempt) return config
    attempt.onHeaders = attempt.watch?.begin()
    attempt.span?.set({ 'http.request.method': config.method?.toUpperCase() })
    if (attempt.span?.headers) config.headers.set(attempt.span.headers)
    return Object.assign(config, { signal: attempt.signal, validateStatus: null })
  })
  axios.interceptors.response.use(
    (response) => {
      attempts.getStore()?.onHeaders?.(response.headers)
      record({ answered: true, status: response.status, body: response.data })
      return response
    },
    (error: unknown) => {
      record({ answered: false, code: codeOf(error) })
      throw error
    },
  )
}

interface Conditions {
  readonly timeout: number
  readonly watch?: ClockWatch | undefined
  readonly span?: CallSpan | undefined
}

/**
 * Runs a call of the SDK, and once more if the first met a connect error.
 *
 * @param call the SDK's method; what it returns or throws is not looked at.
 * @param timeout milliseconds for all of it; then the request is aborted and the code is `timeout`.
 * @param watch sees the clock of who answers.
 * @param span of the call, which ends here.
 */
export async function exchange(
  call: () => Promise<unknown>,
  { timeout, watch, span }: Conditions,
): Promise<CallOutcome> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeout)
  const late = new Promise<CallOutcome>((resolve) => {
    deadline.signal.addEventListener('abort', () => resolve({ answered: false, code: 'timeout' }))
  })
  try {
    const outcome = await Promise.race([late, tryTwice(call, deadline.signal, { watch, span })])
    span?.end(
      outcome.answered ? { 'http.response.status_code': outcome.status } : { 'error.type': outcome.code },
    )
    return outcome
  } finally {
    clearTimeout(timer)
  }
}

async function tryTwice(
  call: () => Promise<unknown>,
  signal: AbortSignal,
  watchers: Omit<Conditions, 'timeout'>,
): Promise<CallOutcome> {
  const first = await tryOnce(call, signal, watchers)
  if (first.answered || !connectErrors.has(first.code)) return first
  await pause(retryPauseMs)
  watchers.span?.set({ 'http.request.resend_count': 1 })
  return tryOnce(call, signal, watchers) // axios sends nothing once the signal is aborted
}

async function tryOnce(
  call: () => Promise<unknown>,
  signal: AbortSignal,
  { watch, span }: Omit<Conditions, 'timeout'>,
): Promise<CallOutcome> {
  const attempt: Attempt = { signal, watch, span, outcome: { answered: false, code: 'not_sent' } }
  await attempts.run(attempt, call).catch(() => undefined)
  return attempt.outcome
}

function record(outcome: CallOutcome): void {
  const attempt = attempts.getStore()
  if (attempt) attempt.outcome = outcome
}

function codeOf(error: unknown): string {
  if (!axios.isAxiosError(error) || error.code === undefined) return 'unknown'
  // axios names an answer that broke off like one that is too large; only the former has a response by then.
  const hasBrokenOff = error.response !== undefined && ['ECONNRESET', 'ERR_BAD_RESPONSE'].includes(error.code)
  return hasBrokenOff ? 'broken_off' : error.code
}
