import { type RedirectResponse, readAuthorizationResponse } from '../authorization-response.ts'
import { hasManyParts, type JsonString, listJsonStrings } from './json-tokens.ts'
import { WorkBudget } from './work-budget.ts'

/** A redirect with an authorization response that a script gets as JSON. */
export interface JsonRedirect {
  /** As the JSON's string says it. */
  readonly location: string
  readonly response: RedirectResponse
  /** The same JSON, every other byte as it was, with another address wherever this one stands. */
  replaceWith(location: string): string
}

const maxLength = 1024 * 1024
const maxDepth = 64
const urlsPerTurn = 200

/** Stands for the origin of the page: what leads back to it goes through the gateway again. */
const ownOrigin = 'https://own.invalid'

/**
 * Finds the redirect in the JSON that answers a sign-in by a script: a string anywhere in it that is an absolute URL, or
 * one without its scheme, with an authorization response.
 *
 * @param base the URL of the page whose script reads it.
 * @returns `ambiguous` for different redirects, one as a name, a name that stands twice, and for what is no JSON, too
 *   deep, too long or of too many parts to tell.
 * @throws {Refusal} `upstream_unreadable` for a string that seems to carry a response to what is no URL.
 */
export async function findRedirectInJson(
  text: string,
  base: string,
): Promise<JsonRedirect | 'ambiguous' | undefined> {
  // Browsers drop a byte order mark before they read JSON.
  const json = text.replace(/^\ufeff/, '')
  if (json.trim() === '') return undefined
  // guard: json-redirect-parts
  if (json.length > maxLength || hasManyParts(json)) return 'ambiguous'
  if (!isJson(json)) return 'ambiguous'
  const strings = listJsonStrings(json, maxDepth)
  if (!strings) return 'ambiguous'
  const redirects: (JsonString & { readonly response: RedirectResponse })[] = []
  // A URL takes longer to read than most steps do: fewer of them make a turn.
  const urls = strings.filter(({ value }) => /[?#=]/.test(value))
  await new WorkBudget(urls.length, urlsPerTurn).forEach(urls, (string) => {
    const response = readRedirect(string.value, base)
    if (response) redirects.push({ ...string, response })
  })
  const [first] = redirects
  if (!first) return undefined
  const { value: location, response } = first
  if (redirects.some(({ value, isKey }) => isKey || value !== location)) return 'ambiguous'
  return {
    location,
    response,
    replaceWith: (other) => replaceStrings(json, redirects, JSON.stringify(other)),
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function readRedirect(value: string, base: string): RedirectResponse | undefined {
  const response = readAuthorizationResponse(value, ownOrigin)
  const leadsAway = response !== undefined && new URL(response.redirectUri).origin !== ownOrigin
  return leadsAway ? readAuthorizationResponse(value, base) : undefined
}

function replaceStrings(json: string, strings: readonly JsonString[], replacement: string): string {
  const starts = [0, ...strings.map(({ end }) => end)]
  const kept = starts.map((from, index) => json.slice(from, strings[index]?.start))
  return kept.join(replacement)
}
