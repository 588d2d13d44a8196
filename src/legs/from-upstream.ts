import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readPageType } from '../http/page-type.ts'
import type { Names } from '../http/public-names.ts'
import { readAuthorizationResponse } from '../oauth/authorization-response.ts'
import { Refusal } from '../refusal.ts'
import { onEndSessionResponse, type SignOutServices } from '../sign-out/sign-out.ts'
import { peekBody } from '../upstream/peek-body.ts'
import { contentCodingOf, contentTypeOf, sendBytes, type UpstreamResponse } from '../upstream/proxy.ts'
import { readResponse } from '../upstream/read-response.ts'
import { recordPushedRequest } from './request/pushed-request.ts'
import { mustBeRead } from './response/judge-answer.ts'
import { passJson, passText } from './response/pass-json.ts'
import { passMetadata } from './response/pass-metadata.ts'
import { maxPageBytes, type PassPagePorts, passPage } from './response/pass-page.ts'
import { passRedirect } from './response/pass-redirect.ts'
import { requireSameUser } from './same-user.ts'
import { type PassTokensPorts, passTokens } from './token/pass-tokens.ts'

export interface FromUpstreamPorts extends PassPagePorts, PassTokensPorts, SignOutServices {
  /** Loose forms of the paths whose JSON answers may hold a redirect (`provider.jsonPaths`). */
  readonly jsonPaths: ReadonlySet<string>
  /** Loose forms of the paths at which the OP publishes its metadata. */
  readonly metadataPaths: ReadonlySet<string>
  readonly names: Names
}

/** Under any other status browsers show the body, whatever Location says (Fetch 2.2.3). */
const browsersFollow: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Of such a body other parts come with other answers (RFC 9110 15.3.7, RFC 3229 10.4.1). */
const partial: ReadonlySet<number> = new Set([206, 226])

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
  return passBody(ports, request, reply, response)
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

/** What no redirect says: a page may submit an authorization response, and a script may ask for one in its own words. */
function passBody(
  ports: FromUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  { statusCode, body }: UpstreamResponse,
): unknown {
  const contentType = contentTypeOf(reply)
  const type = readPageType(contentType)
  const isPart = type === 'parts' || (type !== 'other' && partial.has(statusCode))
  const isRead = mustBeRead(ports, request)
  if (isPart && isRead) throw new Refusal('upstream_unreadable', 'a part of what has to be read as a whole')
  if (type === 'parts') return reply.send(body)
  if (type !== 'other') return passPage(ports, request, reply, body)
  const { target, kind } = request.exchange
  const isText =
    kind === 'authorization' || /[/+](?:json|plain|jwt|x-www-form-urlencoded)\b/i.test(`${contentType}`)
  return isText && ports.policies.areTokensInFrontChannel && ports.isAtAuthorization(target)
    ? passText(ports, request, reply, body)
    : reply.send(body)
}
