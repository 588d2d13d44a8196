import { loosenRedirectUri } from '../http/loose-redirect-uri.ts'
import { Refusal } from '../refusal.ts'
import { readNameLoosely } from './loose-name.ts'

/** What an authorization response may hand to a client (RFC 6749 4.1.2, OAuth 2.0 Multiple Response Types, JARM). */
export type Artefact = 'code' | 'id_token' | 'access_token' | 'response'

const artefacts: readonly Artefact[] = ['code', 'id_token', 'access_token', 'response']

/** Parameters of authorization responses, which an error response has in place of, or not at all. */
const responseParameters = new Set<string>([
  ...artefacts,
  'state',
  'iss',
  'error',
  'error_description',
  'error_uri',
  'session_state',
  'token_type',
  'expires_in',
  'scope',
])

/** What every authorization response says, whichever way it goes. */
export interface ResponseContent {
  readonly artefacts: ReadonlySet<Artefact>
  readonly code: string | undefined
  readonly state: string | undefined
  readonly isError: boolean
  /** A parameter that stands twice, or in two places: two readers could differ. */
  readonly isAmbiguous: boolean
  /** Any parameter; the first value where it stands twice. */
  get(name: string): string | undefined
  /** The parameters of the error response that may take its place (RFC 6749 4.1.2.1, RFC 9207 2). */
  errorParameters(error: string, description?: string): URLSearchParams
}

/** An authorization response in the Location of a redirect (OAuth 2.0 Multiple Response Types 2.1). */
export interface RedirectResponse extends ResponseContent {
  readonly mode: 'query' | 'fragment'
  /** The redirect URI it goes to, without the response. */
  readonly redirectUri: string
  /** The Location of the same redirect as an authorization error response. */
  toErrorLocation(error: string, description?: string): string
}

/** An authorization response in a page that submits itself (OAuth 2.0 Form Post Response Mode). */
export interface FormPostResponse extends ResponseContent {
  readonly mode: 'form_post'
  /** The action of the form, without query and fragment. */
  readonly redirectUri: string
  /** Where an error goes: the action with its own query, nothing of the response in it. */
  readonly action: string
  readonly method: 'get' | 'post'
  /** All that it submits by itself, if a form of ours can submit the same to the same address. */
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined
}

export type AuthorizationResponse = RedirectResponse | FormPostResponse

/**
 * Reads the Location of a redirect like a browser and the client behind it would.
 *
 * @param base the URL that the redirect answers, for relative Locations.
 * @returns undefined if it carries no authorization response.
 * @throws {Refusal} `upstream_unreadable` if it seems to carry one to what is no URL: browsers differ in what they repair.
 */
export function readAuthorizationResponse(location: string, base: string): RedirectResponse | undefined {
  if (!URL.canParse(location, base)) {
    if (!/(?:code|id_token|access_token|response)=/.test(location)) return undefined
    throw new Refusal('upstream_unreadable', 'an authorization response to what is no URL')
  }
  const url = new URL(location, base)
  const query = new URLSearchParams(url.search)
  // A second number sign has no place there; some clients split at it.
  const fragment = new URLSearchParams(url.hash.slice(1).replaceAll('#', '&'))
  const isInQuery = isResponse(query)
  const isInFragment = isResponse(fragment)
  if (!isInQuery && !isInFragment) return undefined
  const content = readResponseContent(isInFragment ? fragment : query)
  const [withoutFragment = ''] = url.href.split('#')
  return {
    ...content,
    redirectUri: stripUrl(url),
    mode: isInFragment ? 'fragment' : 'query',
    artefacts: new Set(artefacts.filter((name) => query.has(name) || fragment.has(name))),
    isAmbiguous: content.isAmbiguous || (isInQuery && isInFragment) || hasUser(url),
    toErrorLocation(error, description) {
      const answer = content.errorParameters(error, description)
      const target = isInQuery ? stripResponse(url) : withoutFragment
      if (isInFragment) return `${target}#${answer}`
      return `${target}${target.includes('?') ? '&' : '?'}${answer}`
    },
  }
}

/** Reads what the parameters of an authorization response say. */
export function readResponseContent(parameters: URLSearchParams): ResponseContent {
  const get = (name: string): string | undefined => parameters.get(name) ?? undefined
  return {
    artefacts: new Set(artefacts.filter((name) => parameters.has(name))),
    code: get('code'),
    state: get('state'),
    isError: parameters.has('error'),
    isAmbiguous: [...responseParameters].some((name) => parameters.getAll(name).length > 1),
    get,
    errorParameters(error, description) {
      const answer = new URLSearchParams({ error })
      if (description !== undefined) answer.set('error_description', description)
      for (const name of ['state', 'iss']) {
        const value = get(name)
        if (value !== undefined) answer.set(name, value)
      }
      return answer
    },
  }
}

/** What makes a response. */
export const tellingParameters: ReadonlySet<string> = new Set([...artefacts, 'error'])

/** `state` alone makes no response: many pages have a parameter of that name. A JARM response is a JWT. */
export function isResponse(parameters: URLSearchParams): boolean {
  if (['code', 'id_token', 'access_token', 'error'].some((name) => parameters.has(name))) return true
  return parameters.getAll('response').some((value) => value.includes('.'))
}

/** Whether some client could take a field of this name for one of the response's; of a long name nobody knows. */
export function mayBeOfResponse(name: string): boolean {
  if (name.length > 256) return true
  const bytes = Buffer.from(name).toString('latin1')
  return readNameLoosely(bytes).some((read) => responseParameters.has(read))
}

/** A URL without query and fragment. */
export function stripUrl(url: URL): string {
  return url.href.split(/[?#]/, 1).join('')
}

/** A URL with the part of its query that belongs to the redirect URI itself, and no fragment. */
export function stripResponse(url: URL): string {
  const own = url.search.slice(1).split('&').filter(isOfRedirectUri)
  return own.length === 0 ? stripUrl(url) : `${stripUrl(url)}?${own.join('&')}`
}

function isOfRedirectUri(part: string): boolean {
  const [name] = new URLSearchParams(part).keys()
  return name !== undefined && !responseParameters.has(name)
}

/** Whether a user name stands before the host, which readers by eye and by program take for the host itself. */
export function hasUser({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

/**
 * Where an answer goes, however the OP spells it, and what it repeats of its request: by this the two find each other.
 *
 * @param state undefined where there is none; an empty one is none (RFC 6749 3.1).
 */
export function correlationKey(redirectUri: string, state: string | undefined): string | undefined {
  const key = loosenRedirectUri(redirectUri)
  return key === undefined ? undefined : JSON.stringify([key, state || null])
}
