import { redirectUriKey } from './redirect-uri.ts'

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

/** An authorization response as a redirect carries it. */
export interface AuthorizationResponse {
  /** The redirect URI it goes to, without the response. */
  readonly redirectUri: string
  readonly mode: 'query' | 'fragment'
  readonly artefacts: ReadonlySet<Artefact>
  readonly code: string | undefined
  readonly state: string | undefined
  readonly isError: boolean
  /** A parameter that stands twice, or a response in query and fragment at once: two readers could differ. */
  readonly isAmbiguous: boolean
  /** The Location of the same redirect as an authorization error response (RFC 6749 4.1.2.1). */
  toError(error: string, description?: string): string
}

/**
 * Reads the Location of a redirect like a browser and the client behind it would.
 *
 * @param base the URL that the redirect answers, for relative Locations.
 * @returns undefined if it carries no authorization response.
 */
export function readAuthorizationResponse(location: string, base: string): AuthorizationResponse | undefined {
  if (!URL.canParse(location, base)) return undefined
  const url = new URL(location, base)
  const query = new URLSearchParams(url.search)
  const fragment = new URLSearchParams(url.hash.slice(1))
  const isInQuery = isResponse(query)
  const isInFragment = isResponse(fragment)
  if (!isInQuery && !isInFragment) return undefined
  const parameters = isInFragment ? fragment : query
  const [withoutFragment = ''] = url.href.split('#')
  const [redirectUri = ''] = url.href.split(/[?#]/)
  return {
    redirectUri,
    mode: isInFragment ? 'fragment' : 'query',
    artefacts: new Set(artefacts.filter((name) => query.has(name) || fragment.has(name))),
    code: parameters.get('code') ?? undefined,
    state: parameters.get('state') ?? undefined,
    isError: parameters.has('error'),
    isAmbiguous: (isInQuery && isInFragment) || hasDoubles(parameters),
    toError(error, description) {
      const answer = new URLSearchParams({ error })
      if (description !== undefined) answer.set('error_description', description)
      for (const name of ['state', 'iss']) {
        const value = parameters.get(name)
        if (value !== null) answer.set(name, value)
      }
      if (isInFragment) return `${withoutFragment}#${answer}`
      const own = url.search.slice(1).split('&').filter(isOfRedirectUri)
      return `${redirectUri}?${[...own, answer].join('&')}`
    },
  }
}

/** `state` alone makes no response: many pages have a parameter of that name. A JARM response is a JWT. */
function isResponse(parameters: URLSearchParams): boolean {
  if (['code', 'id_token', 'access_token', 'error'].some((name) => parameters.has(name))) return true
  return parameters.getAll('response').some((value) => value.includes('.'))
}

function hasDoubles(parameters: URLSearchParams): boolean {
  return [...responseParameters].some((name) => parameters.getAll(name).length > 1)
}

/** Whether a part of the query belongs to the redirect URI itself. */
function isOfRedirectUri(part: string): boolean {
  const [name] = new URLSearchParams(part).keys()
  return name !== undefined && !responseParameters.has(name)
}

/** The key under which a request and its response find each other. */
export function correlationKey(redirectUri: string, state: string): string | undefined {
  const key = redirectUriKey(redirectUri)
  return key === undefined ? undefined : JSON.stringify([key, state])
}
