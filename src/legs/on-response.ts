import type { Names } from '../http/public-names.ts'
import { requireSameUser } from '../protected-pages/same-user.ts'
import { Refusal } from '../refusal.ts'
import { onEndSessionResponse, type SignOutServices } from '../sign-out/sign-out.ts'
import { contentTypeOf, sendStream } from '../upstream/proxy.ts'
import type { OpResponse } from './learned.ts'
import { type PushedResponsePorts, relayPushedResponse } from './request/pushed-request.ts'
import { classifyResponse, type ResponseClass, type ResponseFacts } from './response/classify-response.ts'
import { mustBeRead } from './response/judge-answer.ts'
import { relayJson, relayText } from './response/relay-json.ts'
import { relayMetadata } from './response/relay-metadata.ts'
import { type RelayPagePorts, relayLoginPage, relayPage } from './response/relay-page.ts'
import { relayRedirect } from './response/relay-redirect.ts'
import { type RelayTokensPorts, relayTokens } from './token/relay-tokens.ts'

export interface OnResponsePorts
  extends RelayPagePorts,
    RelayTokensPorts,
    PushedResponsePorts,
    SignOutServices {
  /** Loose forms of the paths whose JSON answers may hold a redirect (`provider.jsonPaths`). */
  readonly jsonPaths: ReadonlySet<string>
  /** Loose forms of the paths at which the OP publishes its metadata. */
  readonly metadataPaths: ReadonlySet<string>
  readonly names: Names
}

/**
 * Each answer of the OP on its way back: token responses and authorization responses are judged, everything else streams
 * through.
 */
export async function onResponse(ports: OnResponsePorts, answer: OpResponse): Promise<void> {
  const { request, reply, learned } = answer
  // guard: answers-to-protected-pages
  if (learned.kind === 'page') await requireSameUser(ports, request, reply, learned.page)
  await onEndSessionResponse(ports, request, reply)
  await relay(ports, answer, classifyResponse(readFacts(ports, answer)))
}

function readFacts(ports: OnResponsePorts, answer: OpResponse): ResponseFacts {
  const { policies, loginPage, metadataPaths, jsonPaths, publicUrl } = ports
  const { request, reply, learned, statusCode } = answer
  const { target, kind } = request.exchange
  return {
    method: request.method,
    statusCode,
    learned,
    location: reply.getHeader('location')?.toString(),
    publicUrl,
    contentType: contentTypeOf(reply),
    isAtMetadata: metadataPaths.has(target.loosePath),
    isAtJson: jsonPaths.has(target.loosePath),
    isLoginPage: loginPage?.isIt(request, reply) === true,
    areAnyActive: policies.areAnyActive,
    mustBeRead: mustBeRead(ports, answer),
    mayHoldTokens: policies.areTokensInFrontChannel && ports.isAtAuthorization(target),
    isAtAuthorizationEndpoint: kind === 'authorization',
  }
}

async function relay(ports: OnResponsePorts, answer: OpResponse, found: ResponseClass): Promise<void> {
  switch (found.kind) {
    case 'token_response':
      return relayTokens(ports, answer, found.learned)
    case 'pushed_response':
      return relayPushedResponse(ports, answer, found.query)
    case 'redirect':
      return relayRedirect(ports, answer, found.location)
    case 'metadata':
      return relayMetadata(ports.names, answer)
    case 'login_page':
      return relayLoginPage(ports, answer)
    case 'json':
      return relayJson(ports, answer)
    case 'part':
      throw new Refusal('upstream_unreadable', 'a part of what has to be read as a whole')
    case 'page':
      return relayPage(ports, answer)
    case 'text':
      return relayText(ports, answer)
    case 'head':
    case 'stream':
      return sendStream(answer.reply, answer.body)
  }
}
