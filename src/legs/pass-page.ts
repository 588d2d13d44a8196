import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readFormPostPage } from '../edge/form-post.ts'
import { Refusal } from '../edge/refusal.ts'
import { formPostPage } from '../pages/form-post-page.ts'
import { sendPage } from '../pages/send-page.ts'
import { peekBody } from '../upstream/peek-body.ts'
import { contentCodingOf, dropAnswer, sendBytes } from '../upstream/proxy.ts'
import { decodeBody } from '../upstream/read-response.ts'
import { challengeAt, judgeAnswer, type PassPorts, urlOf } from './judge-answer.ts'
import { sendRedirect } from './send-redirect.ts'

/** A page that is longer is no page that submits itself. */
const maxPageBytes = 512 * 1024

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
  const plain = await decodeBody(bytes, contentCodingOf(reply))
  const contentType = reply.getHeader('content-type')?.toString()
  const response = plain ? readFormPostPage(plain, contentType, urlOf(ports, request)) : 'ambiguous'
  if (response === 'ambiguous') refuseAmbiguous(ports, request)
  if (!response || response === 'ambiguous') return sendBytes(reply, bytes)
  const answer = await judgeAnswer(ports, request, reply, response, undefined)
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
