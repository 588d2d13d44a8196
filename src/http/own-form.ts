import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'

/**
 * Whether a page of this very origin, the gateway's or the OP's, posts this request. Browsers name the origin with
 * every POST (RFC 6454 7); it is `null` where the page has a strict Referrer-Policy, and then Fetch Metadata tells.
 */
export function isOwnForm({ method, headers }: FastifyRequest, publicUrl: string): boolean {
  if (method !== 'POST') return false
  const { origin = 'null' } = headers
  return origin === publicUrl || (origin === 'null' && headers['sec-fetch-site'] === 'same-origin')
}

/**
 * What changes something for a user must come from a page of this very origin, be it by a form or by a script: another
 * site's carries no cookie of ours (SameSite), but a sibling's does.
 *
 * @throws {Refusal} `malformed_headers`
 */
export function requireOwnForm(request: FastifyRequest, publicUrl: string): void {
  if (!isOwnForm(request, publicUrl)) {
    throw new Refusal('malformed_headers', 'expected a POST from a page of this origin')
  }
}
