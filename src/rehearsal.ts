import type { FastifyRequest } from 'fastify'
import { Refusal, type RefusalCode } from './refusal.ts'
import type { Services } from './services.ts'
import { TokenError } from './token-error.ts'

/** What a check is made of, as things stand and in a rehearsal. */
export type Rehearsable = Pick<Services, 'policies' | 'records' | 'audit' | 'rehearsal'>

/**
 * Makes a check as things stand, and once more as if every client that is watched were enforced. What the first refuses
 * is refused; what only the second refuses is told, and goes on.
 *
 * @param inspect changes nothing but records of its own.
 * @returns what the check found as things stand.
 */
export async function check<S extends Rehearsable, T>(
  services: S,
  request: FastifyRequest,
  inspect: (services: S) => T | Promise<T>,
): Promise<T> {
  const found = await inspect(services)
  await rehearse(services, request, inspect)
  return found
}

/**
 * Makes a check in the rehearsal alone. Whatever happens there is told at most.
 *
 * @returns what it found; undefined where it refuses, or where no client is watched.
 */
export async function rehearse<S extends Rehearsable, T>(
  services: S,
  request: FastifyRequest,
  inspect: (services: S) => T | Promise<T>,
): Promise<T | undefined> {
  const { rehearsal } = services
  if (rehearsal === undefined) return undefined
  try {
    return await inspect({ ...services, ...rehearsal })
  } catch (error) {
    tell(services, request, error)
    return undefined
  }
}

const told = new WeakSet<FastifyRequest>()

/** Faults of the gateway and of what it needs: `enforce` would refuse for them too, but not because of what was sent. */
const failures: ReadonlySet<RefusalCode> = new Set([
  'internal',
  'store_unavailable',
  'upstream_unreachable',
  'upstream_timeout',
  'provider_unavailable',
])

/** One line for each request that `enforce` would refuse: with the first reason for which it would. */
export function tell({ audit, rehearsal }: Rehearsable, request: FastifyRequest, error: unknown): void {
  const isRefused = error instanceof TokenError || (error instanceof Refusal && !failures.has(error.code))
  if (!isRefused) return audit.unwatched({ clientId: '' } as never, error)
  if (told.has(request)) return
  told.add(request)
  const { code, statusCode, message, value } = error
  request.log.info(
    { audit: 'would_refuse', mode: 'monitor', reason: code, status: statusCode, detail: message, value },
    'would be refused',
  )
}
