import t from 'tap'
import { isFitForOp } from '../../../src/legs/request/fit-request.ts'
import { parseParameters } from '../../../src/oauth/parameters.ts'
import { createPolicies } from '../../../src/policy/policies.ts'
import { makeConfig } from '../../upstream/config.ts'

const base = makeConfig({})
const list = (clientId: string, ...redirectUris: string[]) =>
  [clientId, { ...base.defaults, clientId, mode: 'enforce' as const, redirectUris }] as const
const app = 'https://app.example.com/cb'
const policies = createPolicies({
  ...base,
  clients: new Map([
    list('web', app, 'https://app.example.com/silent'),
    list('cli', 'http://127.0.0.1:9000/cb'),
    list('any', 'http://127.0.0.1/*'),
    list('tls', 'https://localhost:5002/cb'),
  ]),
})

const issuer = 'https://login.example.com'
const bare = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
}
const telling = {
  ...bare,
  response_types_supported: ['code', 'code id_token'],
  scopes_supported: ['openid', 'profile'],
  response_modes_supported: ['query', 'form_post'],
  code_challenge_methods_supported: ['S256'],
}
const challenge = 'c'.repeat(43)

/** What a request says besides; undefined leaves a parameter out. */
type Changes = Readonly<Record<string, string | undefined>>

function isFit(changes: Changes, metadata: object = telling, source: 'plain' | 'pushed' = 'plain'): boolean {
  const all = { client_id: 'web', redirect_uri: app, response_type: 'code', scope: 'openid', ...changes }
  const sent = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const parameters = parseParameters({ query: `${new URLSearchParams(sent)}` }, 'authorization')
  const resolved = { parameters, source, isContradictory: false }
  return isFitForOp(policies, { ...bare, ...metadata }, resolved)
}

const fit: Record<string, Changes> = {
  'a plain one': {},
  'the other redirect URI': { redirect_uri: 'https://app.example.com/silent' },
  'a port on loopback': { client_id: 'cli', redirect_uri: 'http://127.0.0.1:51234/cb' },
  'any path on loopback': { client_id: 'any', redirect_uri: 'http://127.0.0.1:51234/some/path' },
  'a client that is not listed': { client_id: 'other', redirect_uri: 'https://other.example.com/' },
  'an ID token with a nonce': { response_type: 'id_token code', nonce: 'n' },
  PKCE: { code_challenge: challenge, code_challenge_method: 'S256' },
  'several scopes': { scope: 'openid profile' },
  'a scope that the metadata leaves out': { scope: 'openid admin' },
  'a response mode': { response_mode: 'form_post' },
}
for (const [title, changes] of Object.entries(fit)) {
  t.test(`may be taken by the OP: ${title}`, async (t) => t.ok(isFit(changes)))
}

const unfit: Record<string, Changes> = {
  'no redirect URI': { redirect_uri: undefined },
  'one that is not listed': { redirect_uri: 'https://app.example.com/other' },
  'one in another case': { redirect_uri: 'https://app.example.com/CB' },
  'one with a query': { redirect_uri: `${app}?x=y` },
  'another path on loopback': { client_id: 'cli', redirect_uri: 'http://127.0.0.1:51234/other' },
  'another name of loopback': { client_id: 'any', redirect_uri: 'http://localhost:51234/some/path' },
  'another port with TLS': { client_id: 'tls', redirect_uri: 'https://localhost:5003/cb' },
  "another client's": { client_id: 'other' },
  'no response type': { response_type: undefined },
  'one that the OP does not support': { response_type: 'code token' },
  'an ID token without nonce': { response_type: 'code id_token' },
  'a method of PKCE that nobody knows': { code_challenge: challenge, code_challenge_method: 'S512' },
  'one that the OP does not support, plain': { code_challenge: challenge, code_challenge_method: 'plain' },
  'none, which is plain': { code_challenge: challenge },
  'a method without a challenge': { code_challenge_method: 'S256' },
  'a challenge that is too short': { code_challenge: 'c', code_challenge_method: 'S256' },
  'a response mode that it does not have': { response_mode: 'fragment' },
}
for (const [title, changes] of Object.entries(unfit)) {
  t.test(`will be refused by the OP: ${title}`, async (t) => {
    t.notOk(isFit(changes))
    t.ok(isFit(changes, telling, 'pushed'), 'but not what it took when it was pushed')
  })
}

t.test('what the metadata does not say is not known', async (t) => {
  t.ok(isFit({ scope: 'openid admin', response_mode: 'fragment', response_type: 'token' }, bare))
  t.ok(isFit({ code_challenge: challenge }, bare))
  t.notOk(isFit({ code_challenge: challenge, code_challenge_method: 'S512' }, bare))
})

t.test('an OP may want every request to be pushed', async (t) => {
  const metadata = { ...telling, require_pushed_authorization_requests: true }
  t.notOk(isFit({}, metadata))
  t.ok(isFit({}, metadata, 'pushed'))
})
