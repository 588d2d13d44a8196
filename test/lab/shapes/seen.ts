import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Stage } from './shape.ts'
import type { Arrival } from './walk.ts'

/** Claims whose values are new each time; that they are there still counts. */
const FRESH = new Set([
  'iat',
  'exp',
  'nbf',
  'auth_time',
  'jti',
  'sid',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
])

/** Parameters and members of answers that are new each time. */
const SECRETS = new Set(['code', 'state', 'session_state', 'access_token', 'refresh_token', 'id_token'])

/** Plain data with its keys in order, fresh values masked, and the public address by one name for all worlds. */
export function describeClaims({ world }: Stage, claims: object): Record<string, unknown> {
  const mask = ([name, value]: [string, unknown]) => [name, FRESH.has(name) ? typeof value : value]
  const entries = Object.entries(claims).map(mask).sort()
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)).replaceAll(world.publicUrl, 'https://op'))
}

/** An authorization response as its client sees it. */
export function describeArrival({ world }: Stage, { mode, url }: Arrival): Record<string, unknown> {
  const parameters = [...url.searchParams].map(([name, value]) => [
    name,
    SECRETS.has(name) ? 'fresh' : value.replaceAll(world.publicUrl, 'https://op'),
  ])
  return { mode, to: url.href.split('?', 1)[0], ...Object.fromEntries(parameters.sort()) }
}

/** A token response: what is in it, and what the tokens say that can be read. */
export function describeTokens(stage: Stage, tokens: object): Record<string, unknown> {
  const entries = Object.entries(tokens).filter(([, value]) => typeof value !== 'function')
  const members = entries.map(([name, value]) => {
    if (!SECRETS.has(name) || typeof value !== 'string') return [name, value]
    return [name, value.split('.').length === 3 ? describeJwt(stage, value) : 'opaque']
  })
  return Object.fromEntries(members.sort())
}

/** A signed JWT: what kind it is and what it says. */
export function describeJwt(stage: Stage, jwt: string): Record<string, unknown> {
  const { alg, typ } = decodeProtectedHeader(jwt)
  return { alg, typ, ...describeClaims(stage, decodeJwt(jwt)) }
}
