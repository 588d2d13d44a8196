import { check } from '../../forecast.ts'
import { readPageType } from '../../http/page-type.ts'
import { sendRedirect } from '../../http/send-redirect.ts'
import { readFormPostPage } from '../../oauth/page/form-post.ts'
import { formPostPage } from '../../pages/form-post-page.ts'
import type { LoginPage } from '../../passkeys/login-page.ts'
import { Refusal } from '../../refusal.ts'
import { waiting } from '../../telemetry/request-context.ts'
import { type PeekedBody, peekBody } from '../../upstream/peek-body.ts'
import { decodeBody } from '../../upstream/read-response.ts'
import {
  contentCodingOf,
  contentTypeOf,
  dropAnswer,
  sendBytes,
  sendPeeked,
} from '../../upstream/send-answer.ts'
import type { OpResponse } from '../learned.ts'
import { judgeAnswer, mustBeRead, type RelayServices, urlOf } from './judge-answer.ts'
import { relayLongPage } from './relay-long-page.ts'

/** No page that submits itself is longer, nor does one show its login form later. */
const maxPageBytes = 512 * 1024

export type RelayPageServices = RelayServices & {
  /** The OP's login page, if passkeys are offered there. */
  readonly loginPage?: LoginPage | undefined
}

/**
 * A page of the OP: it may submit an authorization response by itself (OAuth 2.0 Form Post Response Mode). If it holds
 * none it may be the login page.
 */
export async function relayPage(services: RelayPageServices, answer: OpResponse): Promise<void> {
  const { request, reply, body } = answer
  const contentType = contentTypeOf(reply)
  const isGuessed = readPageType(contentType) === 'guessed'
  const page = await waiting(() =>
    peekBody(body, maxPageBytes, (start) => !isGuessed || looksLikeMarkup(start)),
  )
  if (!page.complete) {
    const isShown = !isGuessed || looksLikeMarkup(page.start)
    return sendPage(
      services,
      answer,
      /* guard: pages-too-long */ isShown ? await relayLongPage(services, answer, page) : page,
    )
  }
  const { bytes } = page
  const plain = await decodeBody(bytes, contentCodingOf(reply))
  await check(services, request, (all) => {
    // guard: unreadable-codings
    if (!plain && mustBeRead(all, answer))
      throw new Refusal('upstream_unreadable', 'a page in a content coding that can not be read')
  })
  if (!plain) return sendBytes(reply, bytes)
  const response = await readFormPostPage(plain, contentType, urlOf(services, request))
  await check(services, request, ({ policies }) => {
    // guard: pages-of-two-readings
    if (response === 'ambiguous' && policies.enforced.length > 0)
      throw new Refusal(
        'upstream_unreadable',
        'an authorization response that browsers could read differently',
      )
  })
  if (response === 'ambiguous') return sendBytes(reply, bytes)
  if (!response) return sendPage(services, answer, page)
  const judged = await judgeAnswer(services, answer, response, undefined)
  switch (judged.kind) {
    case 'relay':
      return sendBytes(reply, bytes)
    case 'detour':
      sendRedirect(dropAnswer(reply), judged.to)
      return
    case 'error':
      services.pages.send(
        request,
        dropAnswer(reply),
        formPostPage({
          action: response.action,
          method: response.method,
          fields: response.errorParameters(judged.error, judged.description),
          supportId: request.id,
        }),
      )
  }
}

/** A page in which nothing is to be judged. */
async function sendPage(
  { loginPage }: RelayPageServices,
  { request, reply }: OpResponse,
  page: PeekedBody,
): Promise<void> {
  if (loginPage?.isIt(request, reply)) await loginPage.send(request, reply, page)
  else sendPeeked(reply, page)
}

/** The login page of an OP none of whose clients is protected: nothing else is looked for in it. */
export async function relayLoginPage(services: RelayPageServices, answer: OpResponse): Promise<void> {
  await sendPage(services, answer, await waiting(() => peekBody(answer.body, maxPageBytes)))
}

/** Without a type browsers show a page only where it begins like one (WHATWG MIME Sniffing 7.1); a BOM may precede it. */
function looksLikeMarkup(start: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\xfe\xff|\xff\xfe)?[\0\t\n\f\r ]*(?:<|$)/.test(start.toString('latin1', 0, 512))
}
