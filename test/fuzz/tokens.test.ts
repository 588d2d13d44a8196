import fc from 'fast-check'
import t from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { findObjection } from '../../src/legs/token/relay-tokens.ts'
import { readRequestObject } from '../../src/oauth/request-object.ts'
import { readTokenResponse } from '../../src/oauth/token-response.ts'
import { createPolicies } from '../../src/policy/policies.ts'
import { createRecords } from '../../src/records/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createAudit } from '../../src/telemetry/audit.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { checkProperty, oddText } from './check.ts'

const file = t.testdir({
  'gateway.yaml': `
publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-secret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-secret }
clients:
  web: { mode: enforce, redirectUris: [https://app.example.com/cb] }
`,
})
const config = loadConfig(`${file}/gateway.yaml`, {})
const now = Date.now
const ports = {
  policies: createPolicies(config),
  records: createRecords(createMemoryStore(now), config.stepUp),
  audit: createAudit(
    createLog({ destination: { write: () => undefined } }),
    { level: 'info', subject: 'plain' },
    '',
  ),
  config,
  now,
}
const released = {
  clientId: 'web',
  policyIds: ['web'],
  subject: 'alice',
  compare: { auth_time: 7 },
  issuedAt: 0,
  releasedAt: 0,
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')
const jwt = (claims: unknown) => `${encode({ alg: 'ES256' })}.${encode(claims)}.c2ln`

const subject = fc.oneof(
  { weight: 4, arbitrary: fc.constant<unknown>('alice') },
  fc.constantFrom<unknown>(
    'alice',
    'Alice',
    'alice ',
    'alice\u0000',
    'ali\u0301ce',
    ['alice'],
    { 0: 'alice' },
    1,
    null,
  ),
  fc.jsonValue(),
)
const audience = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>('web', ['web', 'other']) },
  fc.constantFrom<unknown>('web', ['web'], ['web', 'other'], 'other', ['other'], [], '', null, [['web']], {
    web: 1,
  }),
  fc.jsonValue(),
)
const claims = fc.record(
  { sub: subject, aud: audience, auth_time: fc.constantFrom<unknown>(7, 7, 8, '7', null) },
  { requiredKeys: [] },
)
const response = fc.oneof(
  claims.map((one) => JSON.stringify({ access_token: 'a', id_token: jwt(one) })),
  fc
    .record({ id_token: fc.oneof(fc.jsonValue(), claims.map(jwt), oddText), access_token: fc.jsonValue() })
    .map((one) => JSON.stringify(one)),
  fc.json(),
  oddText,
)

let passed = 0
await checkProperty(
  t,
  "a protected client's tokens pass for just the released subject, session and client",
  fc.property(response, (body) => {
    const tokens = readTokenResponse(body)
    const redemption = { clientId: 'web', grantType: 'authorization_code', release: released }
    if (findObjection(ports, redemption, tokens) !== undefined) return true
    passed += 1
    const [, payload = ''] = JSON.parse(body).id_token.split('.')
    const { sub, aud, auth_time } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return sub === 'alice' && (aud === 'web' || aud.includes('web')) && auth_time === 7
  }),
  3000,
)
t.ok(passed > 5, `${passed} of them passed`)

await checkProperty(
  t,
  'nobody else gets a token for a protected client',
  fc.property(
    response,
    fc.constantFrom(undefined, 'other'),
    fc.constantFrom('authorization_code', 'password'),
    (body, clientId, grantType) => {
      const tokens = readTokenResponse(body)
      if (findObjection(ports, { clientId, grantType }, tokens) !== undefined) return true
      return tokens?.idToken.kind !== 'read' || !tokens.idToken.audience.includes('web')
    },
  ),
  2000,
)

const requestClaims = fc.dictionary(
  fc.constantFrom('client_id', 'scope', 'claims', 'iss', 'aud', 'max_age', '__proto__', 'redirect_uri'),
  fc.jsonValue(),
)
await checkProperty(
  t,
  'a request object says what its claims say, or nothing',
  fc.property(
    fc.oneof(
      requestClaims.map(jwt),
      fc.json().map((text) => `e30.${Buffer.from(text).toString('base64url')}.`),
      oddText,
    ),
    (text) => {
      const parameters = readRequestObject(text)
      if (!parameters) return true
      const said: Record<string, unknown> = JSON.parse(
        Buffer.from(text.split('.')[1] ?? '', 'base64url').toString(),
      )
      return [...parameters].every(([name, value]) => {
        const claim = said[name]
        return value === (typeof claim === 'object' ? JSON.stringify(claim) : String(claim))
      })
    },
  ),
  1000,
)
