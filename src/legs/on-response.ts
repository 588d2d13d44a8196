import { check, unlessProtected } from '../forecast.ts'
import { isAtAuthorization } from '../http/endpoints.ts'
import { areTokensToCome } from '../policy/policies.ts'
import { judgePageAnswer } from '../protected-pages/same-user.ts'
import { Refusal } from '../refusal.ts'
import { followSignOut, type SignOutServices } from '../sign-out/sign-out.ts'
import { noteConcern } from '../telemetry/request-context.ts'
import { contentTypeOf, sendBody } from '../upstream/send-answer.ts'
import type { OpResponse } from './learned.ts'
import { relayPushedResponse } from './request/pushed-request.ts'
import { classifyResponse, type ResponseClass, type ResponseFacts } from './response/classify-response.ts'
import { mustBeRead, urlOf } from './response/judge-answer.ts'
import { relayJson, relayText } from './response/relay-json.ts'
import { relayMetadata } from './response/relay-metadata.ts'
import { type RelayPageServices, relayLoginPage, relayPage } from './response/relay-page.ts'
import { relayRedirect } from './response/relay-redirect.ts'
import { relayTokenError } from './token/relay-token-error.ts'
import { type RelayTokensServices, relayTokens } from './token/relay-tokens.ts'

export type OnResponseServices = RelayPageServices &
  RelayTokensServices &
  SignOutServices & {
    /** Loose forms of the paths whose JSON answers may hold a redirect (`provider.jsonPaths`). */
    readonly jsonPaths: ReadonlySet<string>
    /** Loose forms of the paths at which the OP publishes its metadata. */
    readonly metadataPaths: ReadonlySet<string>
  }

/**
 * Each answer of the OP before it reaches the browser: token responses and authorization responses are judged, everything
 * else streams through.
 */
export async function onResponse(services: OnResponseServices, answer: OpResponse): Promise<void> {
  const { request, reply, learned } = answer
  if (isForBrowser(learned)) noteConcern({ leg: 'response' })
  // guard: answers-to-protected-pages
  if (learned.kind === 'page') await judgePageAnswer(services, request, reply, learned.page)
  await followSignOut(services, request, reply)
  await relay(services, answer, await classify(services, answer))
}

/** What an answer is. While nobody is protected, what can't be read goes on as it came. */
function classify(services: OnResponseServices, answer: OpResponse): Promise<ReadableClass> {
  return unlessProtected<ReadableClass>(
    services,
    answer.request,
    () => check(services, answer.request, (all) => requireWhole(classifyResponse(readFacts(all, answer)))),
    () => ({ kind: 'stream' }),
  )
}

type ReadableClass = Exclude<ResponseClass, { kind: 'part' }>

/** @throws {Refusal} `upstream_unreadable` for a part of what has to be read as a whole. */
function requireWhole(found: ResponseClass): ReadableClass {
  if (found.kind === 'part')
    throw new Refusal('upstream_unreadable', 'a part of what has to be read as a whole')
  return found
}

/** What is asked for by a browser may be answered with an authorization response. */
const isForBrowser = ({ kind }: OpResponse['learned']): boolean =>
  kind !== 'redemption' && kind !== 'pushed' && kind !== 'page'

function readFacts(services: OnResponseServices, answer: OpResponse): ResponseFacts {
  const { policies, provider, loginPage, metadataPaths, jsonPaths } = services
  const { request, reply, learned, statusCode } = answer
  const { target, kind } = request.exchange
  return {
    method: request.method,
    statusCode,
    learned,
    location: reply.getHeader('location')?.toString(),
    url: urlOf(services, request),
    contentType: contentTypeOf(reply),
    isAtMetadata: metadataPaths.has(target.loosePath),
    isAtJson: jsonPaths.has(target.loosePath),
    isLoginPage: loginPage?.isIt(request, reply) === true,
    areAnyActive: policies.areAnyActive,
    mustBeRead: mustBeRead(services, answer),
    mayHoldTokens: areTokensToCome(policies) && isAtAuthorization(target, provider.guarded),
    isAtAuthorizationEndpoint: kind === 'authorization',
  }
}

async function relay(services: OnResponseServices, answer: OpResponse, found: ReadableClass): Promise<void> {
  switch (found.kind) {
    case 'token_response':
      return relayTokens(services, answer, found.learned)
    case 'token_error':
      return relayTokenError(services, answer, found.code)
    case 'pushed_response':
      return relayPushedResponse(services, answer, found.query)
    case 'redirect':
      return relayRedirect(services, answer, found)
    case 'metadata':
      return relayMetadata(services.upstream.names, answer)
    case 'login_page':
      return relayLoginPage(services, answer)
    case 'json':
      return relayJson(services, answer)
    case 'page':
      return relayPage(services, answer)
    case 'text':
      return relayText(services, answer)
    case 'head':
    case 'stream':
      return sendBody(answer.reply, answer.body)
  }
}
