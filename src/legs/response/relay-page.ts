import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readPageType } from '../../http/page-type.ts'
import { sendRedirect } from '../../http/send-redirect.ts'
import { readFormPostPage } from '../../oauth/page/form-post.ts'
import { isWideText } from '../../oauth/page/page-text.ts'
import { formPostPage } from '../../pages/form-post-page.ts'
import type { LoginPage } from '../../passkeys/login-page.ts'
import { Refusal } from '../../refusal.ts'
import { peekBody } from '../../upstream/peek-body.ts'
import { contentCodingOf, contentTypeOf, dropAnswer, sendBytes, sendPeeked } from '../../upstream/proxy.ts'
import { decodeBody } from '../../upstream/read-response.ts'
import { challengeAt, judgeAnswer, mustBeRead, type PassPorts, urlOf } from './judge-answer.ts'
import { passLongPage } from './relay-long-page.ts'

/** No page that submits itself is longer, nor does one show its login form later. */
export const maxPageBytes = 512 * 1024

export interface PassPagePorts extends PassPorts {
  /** The OP's login page, if passkeys are offered there. */
  readonly loginPage?: LoginPage
}

/**
 * A page of the OP: it may submit an authorization response by itself (OAuth 2.0 Form Post Response Mode). If it holds
 * none it may be the login page.
 */
export async function passPage(
  ports: PassPagePorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
): Promise<unknown> {
  const contentType = contentTypeOf(reply)
  const isGuessed = readPageType(contentType) === 'guessed'
  const page = await peekBody(body, maxPageBytes, (start) => !isGuessed || looksLikeMarkup(start))
  if (!page.complete) {
    const isShown = !isGuessed || looksLikeMarkup(page.start)
    return sendPage(ports, request, reply, isShown ? passLongPage(ports, request, reply, page) : page)
  }
  const { bytes } = page
  const plain = await decodeBody(bytes, contentCodingOf(reply))
  if (!plain && mustBeRead(ports, request)) {
    throw new Refusal('upstream_unreadable', 'a page in a content coding that can not be read')
  }
  if (!plain) return sendBytes(reply, bytes)
  const response = await readFormPostPage(plain, contentType, urlOf(ports, request))
  if (response === 'ambiguous' && ports.policies.enforced.length > 0) {
    throw new Refusal('upstream_unreadable', 'an authorization response that browsers could read differently')
  }
  if (response === 'ambiguous' || isWideText(plain, contentType)) return sendBytes(reply, bytes)
  if (!response) return sendPage(ports, request, reply, page)
  const answer = await judgeAnswer(ports, request, reply, response, undefined)
  switch (answer.kind) {
    case 'pass':
      return sendBytes(reply, bytes)
    case 'challenge':
      return sendRedirect(dropAnswer(reply), challengeAt(ports, answer.stepUpId))
    case 'error':
      return ports.pages.send(
        request,
        dropAnswer(reply),
        formPostPage({ response, supportId: request.id, ...answer }),
      )
  }
}

/** A page in which nothing is to be judged. */
function sendPage({ loginPage }: PassPagePorts, ...[request, reply, page]: Parameters<LoginPage['send']>) {
  return loginPage?.isIt(request, reply) ? loginPage.send(request, reply, page) : sendPeeked(reply, page)
}

/** Without a type browsers show a page only where it begins like one (WHATWG MIME Sniffing 7.1); a BOM may precede it. */
function looksLikeMarkup(start: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\xfe\xff|\xff\xfe)?[\0\t\n\f\r ]*(?:<|$)/.test(start.toString('latin1', 0, 512))
}
