import type { FastifyRequest } from 'fastify'
import { parseParameters } from '../oauth/parameters.ts'
import { dropCredentials } from '../protected-pages/page-credentials.ts'
import { Refusal } from '../refusal.ts'

/**
 * A preflight at a guarded endpoint goes on as browsers send it, without body and credentials (Fetch 4.8): an OP that
 * takes OPTIONS for any other request has nothing in it to answer.
 *
 * @throws {Refusal} `malformed_headers` for a body, `malformed_parameters` for parameters of OAuth.
 */
export function passPreflight(request: FastifyRequest): void {
  const { headers, exchange } = request
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) {
    throw new Refusal('malformed_headers', 'a preflight with a body')
  }
  parseParameters({ query: exchange.target.query }, 'backchannel')
  dropCredentials(request)
}
