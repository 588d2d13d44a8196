import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'

/**
 * What changes something for a user must come from a page of this very origin, be it by a form or by a script: another
 * site's carries no cookie of ours (SameSite), but a sibling's does. Browsers send Origin with every POST (RFC 6454 7).
 *
 * @throws {Refusal} `malformed_headers`
 */
export function requireOwnOrigin({ headers }: FastifyRequest, publicUrl: string): void {
  // guard: form-origin
  if (headers.origin !== publicUrl) throw new Refusal('malformed_headers', 'a POST from another origin')
}
