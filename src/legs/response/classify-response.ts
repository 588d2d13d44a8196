import { readPageType } from '../../http/page-type.ts'
import { type RedirectResponse, readAuthorizationResponse } from '../../oauth/authorization-response.ts'
import type { ReleasedCode } from '../../records/records.ts'
import type { Learned } from '../learned.ts'

/** Everything by which answers of the OP are distinguished. */
export interface ResponseFacts {
  readonly method: string
  readonly statusCode: number
  readonly learned: Learned
  readonly location: string | undefined
  /** The public URL of the request, against which a relative Location is read. */
  readonly url: string
  readonly contentType: string | undefined
  /** At this path the OP publishes its metadata. */
  readonly isAtMetadata: boolean
  /** At this path JSON may hold a redirect (`provider.jsonPaths`). */
  readonly isAtJson: boolean
  /** Whether it may be the OP's login page, in which passkeys are offered. */
  readonly isLoginPage: boolean
  /** Whether any client is protected or watched. */
  readonly areAnyActive: boolean
  /** Whether an answer here leaves only if it was read. */
  readonly mustBeRead: boolean
  /** What an answer here may hold beside pages: tokens of a protected client, at or below an authorization endpoint. */
  readonly mayHoldTokens: boolean
  /** At the authorization endpoint itself any other type may be a response to it. */
  readonly isAtAuthorizationEndpoint: boolean
}

/** What an answer of the OP is, and so what has to be done with it. */
export type ResponseClass =
  /** Tokens, which are held to the release of what was redeemed. */
  | { readonly kind: 'token_response'; readonly learned: Learned & { kind: 'redemption' } }
  /** The OP does not take a code that was released. */
  | { readonly kind: 'token_error'; readonly code: ReleasedCode }
  /** The request URI of a pushed request, which is written down. */
  | { readonly kind: 'pushed_response'; readonly query: string }
  /** A Location, with the authorization response that it may carry. */
  | {
      readonly kind: 'redirect'
      readonly location: string
      readonly response: RedirectResponse | undefined
    }
  /** The OP's own metadata, which may name internal addresses. */
  | { readonly kind: 'metadata' }
  /** An answer without a body. */
  | { readonly kind: 'head' }
  /** The login page of an OP with no client to protect. */
  | { readonly kind: 'login_page' }
  /** The answer to a script that signs somebody in. */
  | { readonly kind: 'json' }
  /** A part of what has to be read as a whole. */
  | { readonly kind: 'part' }
  /** A page, which may submit an authorization response by itself. */
  | { readonly kind: 'page' }
  /** What is no page, and may hold tokens. */
  | { readonly kind: 'text' }
  /** All that nobody reads. */
  | { readonly kind: 'stream' }

/** Under any other status browsers show the body, whatever Location says (Fetch 2.2.3). */
const browsersFollow: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Of such a body other parts come with other answers (RFC 9110 15.3.7, RFC 3229 10.4.1). */
const partial: ReadonlySet<number> = new Set([206, 226])

/** Types in which a script may receive tokens. */
const textTypes = /[/+](?:json|plain|jwt|x-www-form-urlencoded)\b/i

/**
 * Tells what an answer of the OP is. The order is the security: what is named first is judged most strictly, and an
 * answer that is two things is the first of them.
 *
 * @throws {Refusal} `upstream_unreadable` for a Location that browsers may read in two ways.
 */
export function classifyResponse(facts: ResponseFacts): ResponseClass {
  const { learned, location, statusCode, method } = facts
  const isSuccess = statusCode >= 200 && statusCode < 300
  if (learned.kind === 'redemption' && isSuccess) return { kind: 'token_response', learned }
  const refused = statusCode >= 400 && statusCode < 500 ? releasedCode(learned) : undefined
  if (refused) return { kind: 'token_error', code: refused }
  if (learned.kind === 'pushed' && isSuccess) return { kind: 'pushed_response', query: learned.query }
  if (location !== undefined) {
    const response = readAuthorizationResponse(location, facts.url)
    // Scripts read an authorization response in a Location that browsers don't follow.
    if (response !== undefined || browsersFollow.has(statusCode))
      return { kind: 'redirect', location, response }
  }
  if (facts.isAtMetadata && isSuccess) return { kind: 'metadata' }
  if (method === 'HEAD') return { kind: 'head' }
  if (!facts.areAnyActive) return { kind: facts.isLoginPage ? 'login_page' : 'stream' }
  if (facts.isAtJson && isSuccess) return { kind: 'json' }
  return classifyBody(facts)
}

/** The code that a token request redeems, if it was released. */
function releasedCode(learned: Learned): ReleasedCode | undefined {
  if (learned.kind !== 'redemption') return undefined
  const { grantType, release } = learned.redemption
  return grantType === 'authorization_code' ? release : undefined
}

/** What no redirect says: a page may submit an authorization response, and a script may ask for one in its own words. */
function classifyBody(facts: ResponseFacts): ResponseClass {
  const { contentType, statusCode } = facts
  const type = readPageType(contentType)
  const isPart = type === 'parts' || (type !== 'other' && partial.has(statusCode))
  // guard: parts-of-pages
  if (isPart && facts.mustBeRead) return { kind: 'part' }
  if (type === 'parts') return { kind: 'stream' }
  // guard: pages-that-submit-themselves
  if (type !== 'other') return { kind: 'page' }
  const isText = facts.isAtAuthorizationEndpoint || textTypes.test(`${contentType}`)
  return { kind: /* guard: no-page-at-authorization */ isText && facts.mayHoldTokens ? 'text' : 'stream' }
}
