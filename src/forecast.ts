import type { FastifyRequest } from 'fastify'
import { toAnswer } from './http/refusal-answer.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import type { Services } from './services.ts'
import { reportUnwatched, reportWouldRefuse } from './telemetry/report-refusal.ts'
import { type Concern, notedConcern, withConcern } from './telemetry/request-context.ts'
import { TokenError } from './token-error.ts'

/** What a check is made of, as things stand and in a forecast. */
export type Forecastable = Pick<Services, 'policies' | 'records' | 'audit' | 'forecast'>

/**
 * Makes a check as things stand, and once more as if every client that is watched were enforced. What the first refuses
 * is refused; what only the second refuses is reported, and goes on.
 *
 * @param inspect may be called twice. It leaves nothing behind but records that are written through its argument.
 * @returns what the check found as things stand, and what it would find then: undefined where that refuses, or where no
 *   client is watched.
 */
export async function checkTwice<S extends Forecastable, T>(
  services: S,
  request: FastifyRequest,
  inspect: (services: S) => T | Promise<T>,
): Promise<{ readonly found: T; readonly forecast: T | undefined }> {
  const before = notedConcern()
  const found = await inspect(services)
  return { found, forecast: await checkInForecast(services, request, inspect, before) }
}

/** The same, where only what is found as things stand matters. */
export async function check<S extends Forecastable, T>(
  services: S,
  request: FastifyRequest,
  inspect: (services: S) => T | Promise<T>,
): Promise<T> {
  if (services.forecast === undefined) return inspect(services)
  return (await checkTwice(services, request, inspect)).found
}

/**
 * Makes a check in the forecast alone. Whatever happens there is reported at most.
 *
 * @param concern whom the request concerns, as far as it is known.
 * @returns what it found; undefined where it refuses, or where no client is watched.
 */
export async function checkInForecast<S extends Forecastable, T>(
  services: S,
  request: FastifyRequest,
  inspect: (services: S) => T | Promise<T>,
  concern: Concern = notedConcern(),
): Promise<T | undefined> {
  const { forecast } = services
  if (forecast === undefined) return undefined
  return withConcern(concern, async () => {
    try {
      return await inspect({ ...services, ...forecast })
    } catch (error) {
      tell(services, request, error)
      return undefined
    }
  })
}

/**
 * While nobody is protected nobody is refused: what goes wrong is reported, and all goes on as it came.
 *
 * @param goOn as it came; where that is not possible, it throws.
 */
export async function unlessProtected<T>(
  services: Forecastable,
  request: FastifyRequest,
  run: () => T | Promise<T>,
  goOn: () => T | Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    // guard: refusals-while-enforced
    if (services.policies.enforced.length > 0) throw error
    const onward = await goOn()
    if (services.forecast) tell(services, request, error)
    return onward
  }
}

/** The gateway's own troubles: what `enforce` would refuse meanwhile says nothing of the day on which it is switched on. */
const troubles: ReadonlySet<RefusalCode> = new Set(['internal', 'store_unavailable', 'provider_unavailable'])

/** Tells why `enforce` would refuse a request, or that it can't be known. */
export function tell(services: Forecastable, request: FastifyRequest, error: unknown): void {
  const isRefusal = error instanceof TokenError || (error instanceof Refusal && !troubles.has(error.code))
  if (isRefusal) {
    const { audit, policies } = services
    const then = { audit, policies: policies.forecast ?? policies }
    tellOnce(request, () => reportWouldRefuse(then, request, error, toAnswer(request, error).code))
  } else {
    reportUnwatched(services, request, error)
  }
}

const reported = new WeakSet<FastifyRequest>()

/** One line for each request that `enforce` would refuse: it would do so once, for the first reason. */
export function tellOnce(request: FastifyRequest, write: () => void): void {
  if (reported.has(request)) return
  reported.add(request)
  write()
}
