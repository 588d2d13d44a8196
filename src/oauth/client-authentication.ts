import { decodeFormText } from '../http/form-text.ts'
import { Refusal } from '../refusal.ts'
import { readJwt } from './jwt.ts'
import { maxClientIdLength } from './parameter-rules.ts'
import type { Parameters } from './parameters.ts'

/** Who a back-channel request says it comes from. Nothing of it is verified: that is the OP's business. */
export interface PresentedClient {
  /**
   * Every name by which some OP could take it for a client, the likeliest first; none where it names no client. A
   * request is a protected client's if any of them is.
   */
  readonly names: readonly string[]
  /** Why the request of a protected client is refused: OPs could differ in which name counts, or whether one does. */
  readonly fault?: Refusal | undefined
}

/**
 * Reads the client of a request to a back-channel endpoint from everything that could name it: Basic and the body
 * (RFC 6749 2.3.1), and a JWT client assertion (RFC 7523 3). Other Authorization schemes name no client. Some OPs
 * form-decode the client_id of Basic, others take it as it stands.
 *
 * @returns with a fault `ambiguous_parameters` if they name different clients, and `malformed_headers` for Basic that
 *   isn't written exactly as RFC 7617 says.
 * @throws Refusal `malformed_headers` for Basic whose client_id can't be read; `malformed_parameters` for an assertion
 *   that can't.
 */
export function readClient(authorization: string | undefined, parameters: Parameters): PresentedClient {
  const basic = readBasic(authorization)
  const asserted = readAssertion(parameters)
  const named = parameters.get('client_id')
  const names = new Set([named, asserted].filter((name) => name !== undefined))
  if (basic !== undefined) {
    const isConfirmed = names.size === 1 && names.has(basic.undecoded)
    names.add(isConfirmed ? basic.undecoded : basic.decoded)
  }
  const fault =
    /* guard: one-client */ names.size > 1
      ? new Refusal('ambiguous_parameters', 'two different clients in one request')
      : basic?.fault
  if (basic !== undefined) names.add(basic.undecoded).add(basic.decoded)
  return { names: [...names], ...(fault && { fault }) }
}

/** The client_id of Basic in both readings. */
interface Basic {
  readonly decoded: string
  readonly undecoded: string
  readonly fault: Refusal | undefined
}

function readBasic(authorization: string | undefined): Basic | undefined {
  if (authorization === undefined || !/^\s*basic/i.test(authorization)) return undefined
  // Blanks and padding are all that may differ: what decoders skip would make another id.
  const [, base64 = ''] = /^[ \t]*basic[ \t]+([a-z0-9+/]+)=*[ \t]*$/i.exec(authorization) ?? []
  const bytes = Buffer.from(base64, 'base64')
  const credentials = bytes.toString('latin1')
  const colon = credentials.indexOf(':')
  if (colon < 1) throw new Refusal('malformed_headers', 'Basic: expected base64 of a client_id and a colon')
  const raw = credentials.slice(0, colon)
  const decoded = decodeFormText(raw)
  // Escapes of nothing but the id's own bytes: what a server sees that doesn't form-decode.
  const undecoded = decodeFormText(raw.replaceAll('%', '%25').replaceAll('+', '%2B'))
  if (decoded === undefined || undecoded === undefined || !isClientId(decoded) || !isClientId(undecoded)) {
    throw new Refusal('malformed_headers', 'Basic: expected a form-encoded client_id in UTF-8')
  }
  const [, exact] = /^basic (.*)$/i.exec(authorization) ?? []
  const fault =
    /* guard: exact-basic */ exact !== bytes.toString('base64')
      ? new Refusal('malformed_headers', 'Basic: expected one space and padded base64')
      : undefined
  return { decoded, undecoded, fault }
}

function readAssertion(parameters: Parameters): string | undefined {
  const assertion = parameters.get('client_assertion')
  if (assertion === undefined) return undefined
  const { header, claims } = readJwt(assertion, 'anybody') ?? {}
  if (!header || !claims) {
    throw new Refusal('malformed_parameters', 'client_assertion: expected a JWT that reads in one way only')
  }
  const [alg, iss, sub] = [header['alg'], claims['iss'], claims['sub']]
  // guard: signed-assertions
  if (typeof alg !== 'string' || alg.toLowerCase() === 'none') {
    throw new Refusal('malformed_parameters', 'client_assertion: expected a signed JWT')
  }
  if (typeof sub !== 'string' || !isClientId(sub) || iss !== sub) {
    throw new Refusal('malformed_parameters', 'client_assertion: expected iss and sub to be the client')
  }
  return sub
}

function isClientId(name: string): boolean {
  return name !== '' && name.length <= maxClientIdLength && !/\p{Cc}/u.test(name)
}
