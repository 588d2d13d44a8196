import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'

/** @throws {Refusal} `method_not_allowed` */
export function requireMethod({ method }: FastifyRequest, allow: readonly string[]): void {
  if (!allow.includes(method))
    throw new Refusal('method_not_allowed', `${method} at a guarded endpoint`, { allow })
}
