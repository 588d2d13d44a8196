import fc from 'fast-check'
import t from 'tap'
import { readAuthorizationResponse } from '../../src/oauth/authorization-response.ts'
import { findRedirectInJson } from '../../src/oauth/page/json-redirect.ts'
import { Refusal } from '../../src/refusal.ts'
import { checkProperty, oddText, orRefusal } from './check.ts'

const base = 'https://login.example.com/connect/authorize'
const isRefusal = (error: unknown) => error instanceof Refusal
const artefacts = ['code', 'id_token', 'access_token']
const secret = 'c4n4ry'

const name = fc.constantFrom(
  'code',
  'id_token',
  'access_token',
  'state',
  'iss',
  'error',
  'x',
  'c%6fde',
  'code%00',
  'Code',
  'response',
)
const pairs = fc
  .array(fc.oneof({ weight: 4, arbitrary: name.map((one) => `${one}=${secret}`) }, oddText), { maxLength: 4 })
  .map((parts) => parts.join('&'))

const location = fc
  .tuple(
    fc.constantFrom(
      'https://app.example.com/cb',
      '//app.example.com/cb',
      '/cb',
      '\\\\app.example.com/cb',
      'com.example.app:/cb',
      ' https://app.example.com',
      'https:app.example.com',
      'ht\ttps://app.example.com/',
      'https://app.example.com:443/%63b',
      'https://[',
      '',
    ),
    fc.constantFrom('?', '#', '?a=b#', '?x#'),
    pairs,
    fc.constantFrom('', '#', '#state=s', '&', `#code=${secret}`, `?code=${secret}`),
  )
  .map((parts) => parts.join(''))

/** What the client behind the browser gets, in its query or its fragment. */
function receivedBy(text: string): string[] {
  const { search, hash } = new URL(text, base)
  const places = [search, hash.slice(1)].map((part) => new URLSearchParams(part))
  return artefacts.filter((one) => places.some((place) => place.has(one)))
}

await checkProperty(
  t,
  'whatever a browser hands to a client is seen, with the place that it goes to',
  fc.property(fc.oneof(location, oddText), (text) => {
    const found = orRefusal(() => readAuthorizationResponse(text, base), isRefusal)
    if (found === 'refused') return true
    if (!URL.canParse(text, base)) return found === undefined
    const received = receivedBy(text)
    if (received.length === 0) return true
    const target = new URL(text, base)
    target.search = ''
    target.hash = ''
    return (
      received.every((one) => found?.artefacts.has(one as 'code') === true) &&
      found?.redirectUri === target.href.replace(/[?#]+$/, '')
    )
  }),
  3000,
)

await checkProperty(
  t,
  'the error in its place goes to the same place and holds no artefact',
  fc.property(location, (text) => {
    const found = orRefusal(() => readAuthorizationResponse(text, base), isRefusal)
    if (found === undefined || found === 'refused') return true
    const answer = found.toErrorLocation('access_denied')
    const [sent, meant] = [new URL(answer), new URL(text, base)]
    return (
      receivedBy(answer).length === 0 &&
      readAuthorizationResponse(answer, base)?.isError === true &&
      `${sent.protocol}${sent.host}${sent.pathname}` === `${meant.protocol}${meant.host}${meant.pathname}`
    )
  }),
  2000,
)

const json = fc.oneof(
  fc.json().map((text) => text.replaceAll('"a"', `"https://app.example.com/cb?code=${secret}"`)),
  fc.tuple(oddText, location).map(([key, to]) => JSON.stringify({ [key]: [to, { to }] })),
  location.map((to) =>
    JSON.stringify({ to }).replace(/[aeo]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  ),
  oddText,
)

await checkProperty(
  t,
  'a redirect in JSON is found, and nothing of it is left where it is replaced',
  fc.asyncProperty(json, async (text) => {
    const found = await findRedirectInJson(text, base).catch((error) =>
      orRefusal(() => {
        throw error
      }, isRefusal),
    )
    if (found === 'refused' || found === 'ambiguous') return true
    if (found === undefined) return !listForeign(text).some((one) => receivedBy(one).length > 0)
    return !listForeign(found.replaceWith('https://login.example.com/step-up/challenge/x')).some(
      (one) => receivedBy(one).length > 0,
    )
  }),
  1500,
)

/** Every string in a JSON text that leads a browser to another origin. */
function listForeign(text: string): string[] {
  const strings: string[] = []
  try {
    JSON.parse(text, (key, value) => {
      for (const one of [key, value]) if (typeof one === 'string') strings.push(one)
      return value
    })
  } catch {
    return []
  }
  return strings.filter(
    (one) => URL.canParse(one, base) && new URL(one, base).origin !== new URL(base).origin,
  )
}
