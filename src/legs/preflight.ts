import type { FastifyRequest } from 'fastify'
import type { HeaderFields } from '../http/exchange.ts'
import { hasBody } from '../http/take-body.ts'
import { parseParameters } from '../oauth/parameters.ts'
import { dropCredentials } from '../protected-pages/page-credentials.ts'
import { Refusal } from '../refusal.ts'

/**
 * A preflight at a guarded endpoint goes on as browsers send it, without body and credentials (Fetch 4.8): an OP that
 * takes OPTIONS for any other request has nothing in it to answer.
 *
 * @returns the headers that go on.
 * @throws {Refusal} `malformed_headers` for a body, `malformed_parameters` for parameters of OAuth.
 */
export function readPreflight({ headers, exchange }: FastifyRequest): HeaderFields {
  // guard: preflight-body
  if (hasBody(headers)) throw new Refusal('malformed_headers', 'a preflight with a body')
  // guard: preflight-parameters
  parseParameters({ query: exchange.target.query }, 'backchannel')
  // guard: preflight-credentials
  return dropCredentials(exchange.upstreamHeaders)
}
