import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'

/**
 * Whether a page of this very origin, the gateway's or the OP's, posts this request. Browsers send Origin with every
 * POST (RFC 6454 7); it is `null` if the page has a strict Referrer-Policy, and then Fetch Metadata decides.
 */
export function isOwnForm({ method, headers }: FastifyRequest, publicUrl: string): boolean {
  if (method !== 'POST') return false
  const { origin = 'null' } = headers
  return origin === publicUrl || (origin === 'null' && headers['sec-fetch-site'] === 'same-origin')
}

/**
 * A change for a user must come from a page of this very origin, by form or by script. Another site's request carries
 * none of the gateway's cookies (SameSite), but a sibling's does.
 *
 * @throws {Refusal} `malformed_headers`
 */
export function requireOwnForm(request: FastifyRequest, publicUrl: string): void {
  // guard: form-origin
  if (!isOwnForm(request, publicUrl)) {
    throw new Refusal('malformed_headers', 'expected a POST from a page of this origin', {
      value: request.headers.origin,
    })
  }
}
