import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AuthorizationResponse, readAuthorizationResponse } from '../edge/authorization-response.ts'
import { readFormPostPage } from '../edge/form-post.ts'
import { findRedirectInJson } from '../edge/json-redirect.ts'
import { isNavigation } from '../edge/navigation.ts'
import { Refusal } from '../edge/refusal.ts'
import { formPostPage } from '../pages/form-post-page.ts'
import { sendPage } from '../pages/send-page.ts'
import { peekBody } from '../upstream/peek-body.ts'
import { discard, dropAnswer, sendBytes } from '../upstream/proxy.ts'
import { decodeBody } from '../upstream/read-response.ts'
import type { AskUser } from './ask-user.ts'
import { onAuthorizationResponse, type ResponseAnswer, type ResponseLegPorts } from './response-leg.ts'
import { sendRedirect } from './send-redirect.ts'

/** A page that is longer is no page that submits itself. */
const maxPageBytes = 512 * 1024

export interface PassPorts extends ResponseLegPorts {
  readonly pathPrefix: string
  readonly askUser: AskUser
}

/** A redirect of the OP: it may carry an authorization response in its Location. */
export async function passRedirect(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
  location: string,
): Promise<unknown> {
  const response = readAuthorizationResponse(location, urlOf(ports, request))
  if (!response) return reply.send(body)
  const { statusCode } = reply
  const answer = await judge(ports, request, reply, response, location)
  switch (answer.kind) {
    case 'pass':
      return reply.send(body)
    case 'challenge':
      discard(body)
      return sendRedirect(dropAnswer(reply), challengeAt(ports, answer.stepUpId))
    case 'error':
      discard(body)
      // The OP's page may hold the whole redirect once more, as a link.
      return dropAnswer(reply)
        .code(statusCode)
        .header('location', response.toErrorLocation(answer.error, answer.description))
        .send()
  }
}

/** A page of the OP: it may submit an authorization response by itself (OAuth 2.0 Form Post Response Mode). */
export async function passPage(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
): Promise<unknown> {
  const hasType = reply.hasHeader('content-type')
  const page = await peekBody(body, maxPageBytes, (start) => hasType || looksLikeMarkup(start))
  if (!page.complete) return reply.send(page.stream)
  const { bytes } = page
  const plain = await decodeBody(bytes, reply.getHeader('content-encoding')?.toString())
  const contentType = reply.getHeader('content-type')?.toString()
  const response = plain ? readFormPostPage(plain, contentType, urlOf(ports, request)) : 'ambiguous'
  if (response === 'ambiguous') refuseAmbiguous(ports, request)
  if (!response || response === 'ambiguous') return sendBytes(reply, bytes)
  const answer = await judge(ports, request, reply, response, undefined)
  switch (answer.kind) {
    case 'pass':
      return sendBytes(reply, bytes)
    case 'challenge':
      return sendRedirect(dropAnswer(reply), challengeAt(ports, answer.stepUpId))
    case 'error':
      return sendPage(dropAnswer(reply), formPostPage({ response, supportId: request.id, ...answer }))
  }
}

/** Without a type browsers show a page only where it begins like one (WHATWG MIME Sniffing 7.1); a BOM may precede it. */
function looksLikeMarkup(start: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\xfe\xff|\xff\xfe)?[\0\t\n\f\r ]*(?:<|$)/.test(start.toString('latin1', 0, 512))
}

/** Whose it is can't be known. A code in it will not redeem, but it may hold more than a code. */
function refuseAmbiguous({ policies }: PassPorts, { exchange }: FastifyRequest): void {
  const isEnforced = exchange.authorization?.policy.mode === 'enforce'
  if (!isEnforced && !policies.areTokensInFrontChannel) return
  throw new Refusal('upstream_unreadable', 'an authorization response that browsers could read differently')
}

/** The JSON answer of a sign-in by script, at a path that the configuration names: it may hold the redirect. */
export async function passJson(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
): Promise<unknown> {
  const { bytes, text } = await readJson(reply, body)
  const found = findRedirectInJson(text, urlOf(ports, request))
  if (!found) return sendBytes(reply, bytes)
  if (found === 'ambiguous') throw new Refusal('upstream_unreadable', 'a sign-in answer that can not be read')
  const { response } = found
  const answer = await judge(ports, request, reply, response, found.location, true)
  switch (answer.kind) {
    case 'pass':
      return sendBytes(reply, bytes)
    case 'challenge':
      return sendJson(reply, found.replaceWith(`${ports.publicUrl}${challengeAt(ports, answer.stepUpId)}`))
    case 'error':
      return sendJson(reply, found.replaceWith(response.toErrorLocation(answer.error, answer.description)))
  }
}

async function readJson(reply: FastifyReply, body: Readable): Promise<{ bytes: Buffer; text: string }> {
  const answer = await peekBody(body, maxPageBytes)
  const coding = reply.getHeader('content-encoding')?.toString()
  const plain = answer.complete ? await decodeBody(answer.bytes, coding) : undefined
  if (!answer.complete || !plain)
    throw new Refusal('upstream_unreadable', 'a sign-in answer that can not be read')
  return { bytes: answer.bytes, text: plain.toString('utf8') }
}

function sendJson(reply: FastifyReply, json: string): FastifyReply {
  const { statusCode } = reply
  return dropAnswer(reply).code(statusCode).header('content-type', 'application/json').send(json)
}

/** @param isFollowed a script follows the redirect, by a navigation of its own. */
function judge(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  response: AuthorizationResponse,
  location: string | undefined,
  isFollowed = false,
): Promise<ResponseAnswer> {
  const { authorization, browser } = request.exchange
  return onAuthorizationResponse(ports, {
    response,
    authorization,
    browser,
    isNavigation: isFollowed || canShowPages(request),
    probe: () => ports.askUser(request, [reply.getHeader('set-cookie') ?? []].flat().map(String)),
    ...(location !== undefined && { location }),
  })
}

/** A login form is posted by a navigation too. */
function canShowPages({ method, headers }: FastifyRequest): boolean {
  return isNavigation(method === 'POST' ? 'GET' : method, headers)
}

const challengeAt = ({ pathPrefix }: PassPorts, stepUpId: string): string =>
  `${pathPrefix}/challenge/${stepUpId}`

/** The public URL of a request, against which a browser reads what answers it. */
const urlOf = ({ publicUrl }: PassPorts, { exchange }: FastifyRequest): string =>
  `${publicUrl}${exchange.target.path}`
