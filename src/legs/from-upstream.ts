import type { FastifyReply, FastifyRequest } from 'fastify'
import { isNavigation } from '../edge/navigation.ts'
import { TokenError } from '../edge/token-error.ts'
import type { ClientCredentials, Revocation } from '../identity/revoke.ts'
import { readTokenResponse, type TokenResponse } from '../identity/token-response.ts'
import { discard, dropAnswer, type UpstreamResponse } from '../upstream/proxy.ts'
import { readResponse } from '../upstream/read-response.ts'
import type { AskUser } from './ask-user.ts'
import { recordPushedRequest } from './pushed-request.ts'
import { onUpstreamRedirect, type ResponseLegPorts } from './response-leg.ts'
import { sendRedirect } from './send-redirect.ts'
import { bindRefreshToken, findObjection, type Redemption, type TokenLegPorts } from './token-leg.ts'

export interface FromUpstreamPorts extends ResponseLegPorts, TokenLegPorts {
  readonly pathPrefix: string
  readonly askUser: AskUser
  readonly revoke: (credentials: ClientCredentials, tokens: TokenResponse) => Promise<Revocation>
}

/** On the way back: token responses and authorization responses are judged, everything else streams through. */
export async function comeFromUpstream(
  ports: FromUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  response: UpstreamResponse,
): Promise<unknown> {
  const { redemption, pushed } = request.exchange
  const isSuccess = response.statusCode >= 200 && response.statusCode < 300
  if (redemption && isSuccess) return passTokens(ports, request, reply, response, redemption)
  if (pushed !== undefined && isSuccess) {
    const { bytes, text } = await readResponse(response.body, reply.getHeader('content-encoding')?.toString())
    // One that could not be written down counts as not seen, and is refused for a protected client.
    await recordPushedRequest(ports.records, ports.now(), pushed, text).catch(() => undefined)
    return reply.send(bytes)
  }
  const location = reply.getHeader('location')
  if (typeof location === 'string') return passRedirect(ports, request, reply, response, location)
  return reply.send(response.body)
}

async function passTokens(
  ports: FromUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  { body }: UpstreamResponse,
  redemption: Redemption,
): Promise<unknown> {
  const { bytes, text } = await readResponse(body, reply.getHeader('content-encoding')?.toString())
  const tokens = text === undefined ? undefined : readTokenResponse(text)
  const objection = findObjection(ports, redemption, tokens)
  if (objection !== undefined) {
    const credentials = { authorization: request.headers.authorization, form: String(request.body) }
    const revocation = tokens ? await ports.revoke(credentials, tokens) : 'impossible'
    const { clientId, grantType } = redemption
    ports.audit.security('token_response_dropped', {
      client_id: clientId,
      grant_type: grantType,
      objection,
      revocation,
    })
    throw new TokenError('invalid_grant', `the token response was dropped: ${objection}`)
  }
  if (tokens) await bindRefreshToken(ports, redemption, tokens)
  return reply.send(bytes)
}

async function passRedirect(
  ports: FromUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  { statusCode, body }: UpstreamResponse,
  location: string,
): Promise<unknown> {
  const { target, authorization, browser } = request.exchange
  const answer = await onUpstreamRedirect(ports, {
    location,
    url: `${ports.publicUrl}${target.path}`,
    authorization,
    browser,
    isNavigation: canShowPages(request),
    probe: () => ports.askUser(request, [reply.getHeader('set-cookie') ?? []].flat().map(String)),
  })
  switch (answer.kind) {
    case 'pass':
      return reply.send(body)
    case 'challenge':
      discard(body)
      return sendRedirect(dropAnswer(reply), `${ports.pathPrefix}/challenge/${answer.stepUpId}`)
    case 'error':
      discard(body)
      // The OP's page may hold the whole redirect once more, as a link.
      return dropAnswer(reply).code(statusCode).header('location', answer.location).send()
  }
}

/** A login form is posted by a navigation too. */
function canShowPages({ method, headers }: FastifyRequest): boolean {
  return isNavigation(method === 'POST' ? 'GET' : method, headers)
}
