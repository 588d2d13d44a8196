import { anyPathOf } from '../config/redirect-uri-key.ts'
import type { ClientPolicy } from '../config/schema/schema.ts'
import { isTypeAllowed, readableModes } from '../policy/responses.ts'
import { advise, type Door, listOf, type ProviderFacts, set, sortDoors, urlOf } from './doors.ts'

/** Grants for which the token leg wants a release. */
const released = new Set(['authorization_code', 'refresh_token'])

const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'
const ciba = 'urn:openid:params:grant-type:ciba'

const meanings = new Map([
  ['password', 'the password alone gives tokens'],
  ['client_credentials', 'tokens without a user, and so without a step-up'],
  [deviceCode, 'approved on another device, without a step-up'],
  [ciba, 'approved on another device, without a step-up'],
  ['urn:ietf:params:oauth:grant-type:token-exchange', "another client's token is enough, without a step-up"],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'an assertion is enough, without a step-up'],
  ['urn:ietf:params:oauth:grant-type:saml2-bearer', 'an assertion is enough, without a step-up'],
])

/** Endpoints where a flow without a browser starts, which is refused unless its grant is on the list. */
const startedElsewhere = new Map([
  ['device_authorization_endpoint', deviceCode],
  ['backchannel_authentication_endpoint', ciba],
])

/**
 * The doors of one client: those that its policy leaves open, and what the OP offers but the policy closes.
 *
 * @param facts undefined if the OP was not asked.
 */
export function findClientDoors(policy: ClientPolicy, facts: ProviderFacts | undefined): Door[] {
  return sortDoors([
    ...findDecisionDoors(policy),
    ...findGrantDoors(policy),
    ...findAnyPathDoors(policy),
    ...(facts
      ? [...findMemoryDoors(policy, facts), ...findOffers(policy, facts), ...findResponseDoors(policy, facts)]
      : []),
  ])
}

/** The same of a page: no code and no token leaves by it. */
export const findPageDoors = (policy: ClientPolicy): Door[] => sortDoors([...findDecisionDoors(policy)])

function* findDecisionDoors({ mode, unenrolled, graceUntil, onError }: ClientPolicy): Generator<Door> {
  if (mode === 'monitor') {
    const meaning = 'nothing is enforced yet; the lines below describe enforce'
    yield { level: 'open', subject: 'mode: monitor', meaning, ...set('mode', 'enforce') }
  }
  if (unenrolled === 'enroll') {
    const meaning = 'the password is enough to enrol the first factor'
    yield { level: 'open', subject: 'unenrolled: enroll', meaning, ...set('unenrolled', 'deny') }
  }
  if (unenrolled === 'enroll' && graceUntil !== undefined) {
    const meaning = `until ${new Date(graceUntil).toISOString()} users without an authenticator may pass`
    yield { level: 'open', subject: 'graceUntil', meaning, ...advise('remove it once people are enrolled') }
  }
  if (unenrolled === 'allow') {
    const meaning = 'users without an authenticator pass'
    yield { level: 'open', subject: 'unenrolled: allow', meaning, ...set('unenrolled', 'deny') }
  }
  if (onError === 'allow') {
    const meaning = 'everyone passes while Authsignal does not answer'
    yield { level: 'open', subject: 'onError: allow', meaning, ...set('onError', 'deny') }
  }
}

function* findAnyPathDoors({ redirectUris }: ClientPolicy): Generator<Door> {
  for (const subject of redirectUris.filter((uri) => uri === anyPathOf(uri))) {
    const meaning = "every path and port of it counts as this client's; the OP says which it answers"
    yield { level: 'info', subject, meaning }
  }
}

function* findGrantDoors(policy: ClientPolicy): Generator<Door> {
  const { grants, responseTypes, refreshTokens, refreshMaxAge } = policy
  if (grants.includes('refresh_token') && refreshTokens === 'any' && refreshMaxAge === undefined) {
    const meaning = 'refresh tokens from before the gateway stay valid'
    yield { level: 'open', subject: 'refreshTokens: any', meaning, ...set('refreshTokens', 'released') }
  }
  const kept = grants.filter((grant) => released.has(grant))
  // implicit is no grant of the token endpoint: responseTypes rules it.
  for (const grant of grants.filter((name) => !released.has(name) && name !== 'implicit')) {
    const meaning = meanings.get(grant) ?? 'it has no step-up'
    yield { level: 'open', subject: `grant ${shorten(grant)}`, meaning, ...set('grants', kept) }
  }
  const hasCode = responseTypes.some((type) => type.split(' ').includes('code'))
  if (hasCode && !grants.includes('authorization_code')) {
    const meaning = 'authorization_code is missing, so no code redeems'
    yield { level: 'breaks', subject: 'grants', meaning, ...set('grants', ['authorization_code', ...kept]) }
  }
}

function* findMemoryDoors({ remember }: ClientPolicy, { metadata }: ProviderFacts): Generator<Door> {
  const claims = listOf(metadata, 'claims_supported')
  if (remember === 0 || !claims || ['sid', 'auth_time'].some((name) => claims.includes(name))) return
  const meaning =
    'has no effect: claims_supported has neither sid nor auth_time, so that nothing is remembered'
  const todo = advise("have the OP add one of them to the ID token of the probe's client")
  yield { level: 'info', subject: 'remember', meaning, ...todo }
}

/** What the OP offers and the list of grants refuses. */
function* findOffers({ grants }: ClientPolicy, { metadata }: ProviderFacts): Generator<Door> {
  const refused = (listOf(metadata, 'grant_types_supported') ?? []).filter(
    (grant) => grant !== 'implicit' && !grants.includes(grant),
  )
  if (refused.length > 0) {
    const meaning = `refused, not in grants: ${refused.map(shorten).join(', ')}`
    yield { level: 'closed', subject: 'grants', meaning }
  }
  for (const [endpoint, grant] of startedElsewhere) {
    if (urlOf(metadata, endpoint) && !grants.includes(grant))
      yield { level: 'closed', subject: endpoint, meaning: `refused, because grants lacks ${shorten(grant)}` }
  }
}

function* findResponseDoors(policy: ClientPolicy, facts: ProviderFacts): Generator<Door> {
  const { responseTypes } = policy
  const { metadata } = facts
  const types = listOf(metadata, 'response_types_supported') ?? []
  const refusedTypes = types.filter((type) => !isTypeAllowed(policy, type))
  if (refusedTypes.length > 0) {
    const meaning = `refused, not in responseTypes: ${refusedTypes.join(', ')}`
    yield { level: 'closed', subject: 'response types', meaning }
  }
  const modes = listOf(metadata, 'response_modes_supported') ?? ['query', 'fragment']
  const readable = modes.filter((mode) => readableModes.includes(mode))
  const refusedModes = modes.filter((mode) => !readableModes.includes(mode))
  if (refusedModes.length > 0) {
    const meaning = `refused, can't be read: ${refusedModes.join(', ')}`
    yield { level: 'closed', subject: 'response modes', meaning }
  }
  if (readable.length === 0) {
    const meaning = 'the OP offers none that the gateway can read'
    const todo = advise(`have the OP answer by ${readableModes.join(', ')}`)
    yield { level: 'breaks', subject: 'response modes', meaning, ...todo }
  } else {
    const meaning = `${responseTypes.join(', ')} by ${readable.join(', ')}`
    yield { level: 'info', subject: 'responses that pass', meaning }
  }
  const hasToken = responseTypes.some((type) => type.split(' ').includes('token'))
  const userinfo = urlOf(metadata, 'userinfo_endpoint')
  if (hasToken && !(userinfo && facts.serves(userinfo))) {
    const meaning =
      'without a userinfo endpoint behind the gateway, access tokens cannot be checked: all are refused'
    const codeOnly = responseTypes.filter((type) => !type.split(' ').includes('token'))
    const remedy = set('responseTypes', codeOnly.length > 0 ? codeOnly : ['code'])
    yield { level: 'breaks', subject: 'responseTypes', meaning, ...remedy }
  }
}

/** The distinctive part of a grant's URN. */
const shorten = (grant: string): string => grant.replace(/^urn:.*:grant-type:/, '')
