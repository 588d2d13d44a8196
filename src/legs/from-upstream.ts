import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readAuthorizationResponse } from '../edge/authorization-response.ts'
import type { Names } from '../edge/public-names.ts'
import { peekBody } from '../upstream/peek-body.ts'
import { contentCodingOf, sendBytes, type UpstreamResponse } from '../upstream/proxy.ts'
import { readResponse } from '../upstream/read-response.ts'
import { passJson } from './pass-json.ts'
import { passMetadata } from './pass-metadata.ts'
import { maxPageBytes, type PassPagePorts, passPage } from './pass-page.ts'
import { passRedirect } from './pass-redirect.ts'
import { type PassTokensPorts, passTokens } from './pass-tokens.ts'
import { recordPushedRequest } from './pushed-request.ts'
import { requireSameUser } from './same-user.ts'
import { onEndSessionResponse, type SignOutPorts } from './sign-out.ts'

export interface FromUpstreamPorts extends PassPagePorts, PassTokensPorts, SignOutPorts {
  /** Loose forms of the paths whose JSON answers may hold a redirect (`provider.jsonPaths`). */
  readonly jsonPaths: ReadonlySet<string>
  /** Loose forms of the paths at which the OP publishes its metadata. */
  readonly metadataPaths: ReadonlySet<string>
  readonly names: Names
}

/** Under any other status browsers show the body, whatever Location says (Fetch 2.2.3). */
const browsersFollow: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** On the way back: token responses and authorization responses are judged, everything else streams through. */
export async function comeFromUpstream(
  ports: FromUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  response: UpstreamResponse,
): Promise<unknown> {
  const { redemption, pushed, page } = request.exchange
  if (page) await requireSameUser(ports, request, reply, page)
  const isSuccess = response.statusCode >= 200 && response.statusCode < 300
  if (redemption && isSuccess) return passTokens(ports, request, reply, response.body, redemption)
  if (pushed !== undefined && isSuccess) {
    const { bytes, text } = await readResponse(response.body, contentCodingOf(reply))
    // One that could not be written down counts as not seen, and is refused for a protected client.
    const { address } = request.exchange.browser
    await recordPushedRequest(ports.records, ports.now(), pushed, address, text).catch(() => undefined)
    return sendBytes(reply, bytes)
  }
  await onEndSessionResponse(ports, request, reply)
  const location = reply.getHeader('location')
  if (typeof location === 'string') {
    const isFollowed = browsersFollow.has(response.statusCode)
    if (isFollowed || readAuthorizationResponse(location, ports.publicUrl))
      return passRedirect(ports, request, reply, response.body, location)
  }
  const { loosePath } = request.exchange.target
  if (isSuccess && ports.metadataPaths.has(loosePath)) return passMetadata(ports.names, reply, response.body)
  if (request.method === 'HEAD') return reply.send(response.body)
  if (!ports.policies.areAnyActive) return passUnjudged(ports, request, reply, response.body)
  if (isSuccess && ports.jsonPaths.has(loosePath)) return passJson(ports, request, reply, response.body)
  return isPage(reply) ? passPage(ports, request, reply, response.body) : reply.send(response.body)
}

/** With no client to protect a page may still be the one at which people sign in. */
async function passUnjudged(
  { loginPage }: FromUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
): Promise<unknown> {
  if (!loginPage?.isIt(request, reply)) return reply.send(body)
  return loginPage.send(request, reply, await peekBody(body, maxPageBytes))
}

/** What browsers may show as a page: a missing type is guessed from the bytes. */
function isPage(reply: FastifyReply): boolean {
  const type = reply.getHeader('content-type')?.toString() ?? ''
  return type === '' || /^\s*(?:text\/html|[^;]*[/+]xml)\b/i.test(type)
}
