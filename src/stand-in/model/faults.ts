import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { ApiError, unauthorized } from '../server-api/api-error.ts'

/** The calls that can be made to fail. */
export type FaultTarget = 'track' | 'validate' | 'action' | 'user' | 'client' | 'device' | 'authenticators'

/**
 * What goes wrong.
 *
 * `timeout` never answers and `reset` cuts the connection, both before anything is done; `lost` does the
 * work and then cuts the connection. `redirect` leads (307) to a forged answer that would pass. `patch`
 * changes fields of the true answer (undefined removes one); `body` replaces it.
 */
export type Fault =
  | 'timeout'
  | 'reset'
  | 'lost'
  | '400'
  | '401'
  | '429'
  | '500'
  | '503'
  | 'html'
  | 'empty'
  | 'array'
  | 'redirect'
  | { readonly patch: Readonly<Record<string, unknown>> }
  | { readonly body: unknown; readonly status?: number }

type Answer = (request: FastifyRequest) => Promise<object>

/** The faults that are planned, each for a number of calls, in the order in which they were asked for. */
export class Faults {
  readonly #planned: { target: FaultTarget; fault: Fault; times: number }[] = []
  /** What the address behind the `redirect` fault answers. */
  forged: object = {}

  plan(target: FaultTarget, fault: Fault, times: number): void {
    this.#planned.push({ target, fault, times })
  }

  clear(): void {
    this.#planned.length = 0
  }

  /** The fault of the next call. */
  peek(target: FaultTarget): Fault | undefined {
    return this.#find(target)?.fault
  }

  take(target: FaultTarget): Fault | undefined {
    const next = this.#find(target)
    if (next === undefined) return undefined
    next.times -= 1
    return next.fault
  }

  #find(target: FaultTarget) {
    return this.#planned.find((entry) => entry.target === target && entry.times > 0)
  }
}

/** A route's handler that gives `answer`, unless a fault is planned for this call. */
export function withFaults(faults: Faults, target: FaultTarget, answer: Answer): RouteHandlerMethod {
  return async (request, reply) => {
    const fault = faults.take(target)
    if (fault === undefined) return answer(request)
    if (typeof fault === 'string') return fail(faults, fault, answer, request, reply)
    if ('patch' in fault) return { ...(await answer(request)), ...fault.patch }
    reply.code(fault.status ?? 200).type('application/json')
    return reply.send(JSON.stringify(fault.body))
  }
}

async function fail(
  faults: Faults,
  fault: Extract<Fault, string>,
  answer: Answer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  switch (fault) {
    case 'timeout':
      return reply.hijack()
    case 'reset':
      return cut(reply)
    case 'lost':
      await answer(request)
      return cut(reply)
    case '400':
      throw new ApiError(400, 'invalid_request', 'The request is invalid.')
    case '401':
      throw unauthorized()
    case '429':
      throw new ApiError(429, 'too_many_requests', 'Too many requests.')
    case '500':
      throw new ApiError(500, 'unexpected_error', 'An unexpected error occurred.')
    case '503':
      throw new ApiError(503, 'unexpected_error', 'The service is unavailable.')
    case 'html':
      return reply.type('text/html').send('<!doctype html><title>A page</title><p>This is not an answer.')
    case 'empty':
      return reply.code(200).send()
    case 'array':
      return []
    case 'redirect':
      faults.forged = forge(await answer(request), request.url)
      return reply.redirect('/forged', 307)
  }
}

function forge(answer: object, url: string): object {
  if (Array.isArray(answer)) return answer
  const state = url.includes('/validate') ? 'CHALLENGE_SUCCEEDED' : 'ALLOW'
  return { ...answer, isEnrolled: true, isValid: true, isVerified: true, state }
}

function cut(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.socket?.resetAndDestroy()
  return reply
}
