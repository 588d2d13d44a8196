import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'

/** @throws {Refusal} `method_not_allowed`; the answer lists those that are (RFC 9110 15.5.6). */
export function requireMethod(
  { method }: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): void {
  if (allowed.includes(method)) return
  reply.header('allow', allowed.join(', '))
  throw new Refusal('method_not_allowed', `${method} at a guarded endpoint`)
}
