import fc from 'fast-check'
import { change, type Draft } from './changes.ts'

/** What an attacker has at hand: a password's session, codes of every origin, and clients' names. */
export interface Loot {
  readonly host: string
  /** Cookies of a browser in which alice is signed in at the OP, without a step-up. */
  readonly cookie: string
  /** A code of a protected client that came past the gateway. */
  readonly code: string
  readonly clients: readonly { readonly id: string; readonly redirectUri: string; readonly basic: string }[]
}

const pair = (name: string, value: string) => `${name}=${encodeURIComponent(value)}`
const form = 'Content-Type: application/x-www-form-urlencoded'
const navigation = ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']

function draftRequest({ cookie, code, clients }: Loot): fc.Arbitrary<Draft> {
  const client = fc.constantFrom(...clients)
  // One state for all would let one request stand in the way of the others.
  const asked = fc
    .tuple(client, fc.nat())
    .map(([{ id, redirectUri }, state]) => [
      pair('client_id', id),
      pair('redirect_uri', redirectUri),
      'response_type=code',
      'scope=openid+profile',
      `state=${state}`,
      'nonce=n',
    ])
  const id = fc.stringMatching(/^[\w-]{1,24}$/)
  const browser = [`Cookie: ${cookie}`, ...navigation]
  const post = (path: string, body: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Draft> =>
    fc.tuple(client, body).map(([{ basic }, pairs]) => ({
      method: 'POST',
      path,
      query: [],
      headers: [form, `Authorization: ${basic}`],
      body: pairs,
    }))
  const redemption = fc
    .tuple(client, fc.constantFrom(code, 'unknown'))
    .map(([{ redirectUri }, one]) => [
      'grant_type=authorization_code',
      pair('code', one),
      pair('redirect_uri', redirectUri),
    ])
  const grant = fc.constantFrom(
    'client_credentials',
    'password',
    'refresh_token',
    'urn:openid:params:grant-type:ciba',
  )
  return fc.oneof(
    {
      weight: 5,
      arbitrary: asked.map((query) => ({
        method: 'GET',
        path: '/connect/authorize',
        query,
        headers: browser,
      })),
    },
    {
      weight: 2,
      arbitrary: asked.map((body) => ({
        method: 'POST',
        path: '/connect/authorize',
        query: [],
        headers: [...browser, form],
        body,
      })),
    },
    { weight: 3, arbitrary: post('/connect/token', redemption) },
    post(
      '/connect/token',
      grant.map((type) => [pair('grant_type', type), 'scope=openid', 'username=alice', 'password=alice']),
    ),
    post('/connect/par', asked),
    post('/connect/device_authorization', asked),
    fc
      .tuple(fc.constantFrom('challenge', 'return', 'retry', 'back', 'probe', ''), id, id)
      .map(([page, one, other]) => ({
        method: 'GET',
        path: `/step-up/${page}/${one}${page === 'return' ? `/${other}` : ''}`,
        query: ['token=t'],
        headers: browser,
      })),
    fc
      .constantFrom(
        '/',
        '/.well-known/openid-configuration',
        '/connect/jwks',
        '/connect/userinfo',
        '/interaction/x',
        '/static//a.css',
      )
      .map((path) => ({ method: 'GET', path, query: [], headers: browser })),
  )
}

function write({ method, path, query, headers, body }: Draft, host: string): string {
  const target = query.length === 0 ? path : `${path}?${query.join('&')}`
  const text = body?.join('&') ?? ''
  const length = body ? [`Content-Length: ${text.length}`] : []
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...length, ...headers]
  return `${lines.join('\r\n')}\r\n\r\n${text}`
}

/** Breaks the bytes themselves: one is changed, goes, or a piece comes twice. */
const breakage: fc.Arbitrary<(bytes: string) => string> = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255), fc.nat(3))
  .map(([place, byte, kind]) => (bytes: string) => {
    const at = Math.floor(place * bytes.length)
    const character = String.fromCharCode(byte)
    const kept = kind === 0 ? bytes.slice(at + 1) : bytes.slice(at)
    return `${bytes.slice(0, at)}${kind === 1 ? '' : kind === 2 ? bytes.slice(at, at + 9) : character}${kept}`
  })

/** Requests as they go over the wire: good ones, and ever worse ones. */
export function rawRequests(loot: Loot): fc.Arbitrary<string> {
  return fc
    .tuple(
      draftRequest(loot),
      fc.oneof(fc.constant([]), fc.array(change, { minLength: 1, maxLength: 3 })),
      fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(breakage, { minLength: 1, maxLength: 3 })),
    )
    .map(([draft, changes, breakages]) => {
      const changed = changes.reduce((current, apply) => apply(current), draft)
      return breakages.reduce((bytes, apply) => apply(bytes), write(changed, loot.host))
    })
}
