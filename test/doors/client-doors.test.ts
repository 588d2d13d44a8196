import t from 'tap'
import { type Config, configSchema } from '../../src/config/schema/schema.ts'
import { findClientDoors } from '../../src/doors/client-doors.ts'
import type { Door, ProviderFacts } from '../../src/doors/doors.ts'
import { requireReadable } from '../../src/legs/request/readable-request.ts'
import { parseParameters } from '../../src/oauth/parameters.ts'
import { client, valid } from '../config/valid.ts'

const device = 'urn:ietf:params:oauth:grant-type:device_code'
const ciba = 'urn:openid:params:grant-type:ciba'
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** A client with nothing to tell about it. */
const quiet = { ...client, unenrolled: 'deny', refreshTokens: 'released' }

function read(web: Record<string, unknown>): Config {
  return configSchema.parse({ ...valid, clients: { web } })
}

function find(web: Record<string, unknown>, metadata?: Record<string, unknown>): readonly Door[] {
  const policy = read(web).clients.get('web')
  if (!policy) throw new Error('there is no such client')
  const facts: ProviderFacts = {
    metadata: metadata ?? {},
    unguarded: [],
    bypassing: [],
    serves: ({ origin }) => origin === valid.publicUrl,
    isClosed: () => false,
  }
  return findClientDoors(policy, metadata && facts)
}

const show = ({ level, subject, meaning, remedy }: Door): string =>
  [level, subject, meaning, remedy?.kind === 'set' ? { [remedy.key]: remedy.value } : remedy?.text]
    .map((part) => (typeof part === 'object' ? JSON.stringify(part) : part))
    .filter((part) => part !== undefined)
    .join(' | ')

const kept = '{"grants":["authorization_code"]}'
const settings: [name: string, web: Record<string, unknown>, doors: string[]][] = [
  ['nothing to tell', {}, []],
  [
    'what the defaults leave open',
    { unenrolled: 'enroll', refreshTokens: 'any' },
    [
      'open | unenrolled: enroll | the password is enough to enrol the first factor | {"unenrolled":"deny"}',
      'open | refreshTokens: any | refresh tokens from before the gateway stay valid | {"refreshTokens":"released"}',
    ],
  ],
  [
    'what an operator opened',
    { mode: 'monitor', unenrolled: 'allow', onError: 'allow' },
    [
      'open | mode: monitor | nothing is enforced yet; the lines below describe enforce | {"mode":"enforce"}',
      'open | unenrolled: allow | users without an authenticator pass | {"unenrolled":"deny"}',
      'open | onError: allow | everyone passes while Authsignal does not answer | {"onError":"deny"}',
    ],
  ],
  [
    'a native application at any path',
    { redirectUris: ['http://127.0.0.1/*', 'http://localhost:8000/cb'] },
    [
      "info | http://127.0.0.1/* | every path and port of it counts as this client's; the OP says which it answers",
    ],
  ],
  ['refreshing for a time', { refreshTokens: 'any', refreshMaxAge: '8h' }, []],
  ['no refreshing', { refreshTokens: 'any', grants: ['authorization_code'] }, []],
  [
    'grants without a step-up',
    { grants: ['password', 'authorization_code', device, ciba, exchange, 'client_credentials', 'urn:x'] },
    [
      `open | grant password | the password alone gives tokens | ${kept}`,
      `open | grant device_code | approved on another device, without a step-up | ${kept}`,
      `open | grant ciba | approved on another device, without a step-up | ${kept}`,
      `open | grant token-exchange | another client's token is enough, without a step-up | ${kept}`,
      `open | grant client_credentials | tokens without a user, and so without a step-up | ${kept}`,
      `open | grant urn:x | it has no step-up | ${kept}`,
    ],
  ],
  ['a grant that is none', { grants: ['authorization_code', 'implicit'] }, []],
  [
    'codes without their grant',
    { responseTypes: ['id_token', 'code id_token'], grants: [] },
    [`breaks | grants | authorization_code is missing, so no code redeems | ${kept}`],
  ],
  ['no codes and no grant', { responseTypes: ['id_token'], grants: [] }, []],
]

t.test('what the policy says', async (t) => {
  for (const [name, web, doors] of settings) t.same(find({ ...quiet, ...web }).map(show), doors, name)
})

const endpoint = (name: string) => ({ [`${name}_endpoint`]: `${valid.publicUrl}/${name}` })
const passing = 'info | responses that pass | code by query, fragment'
const tokens = 'info | responses that pass | code token, code by query, fragment'
const noUserinfo =
  'breaks | responseTypes | without a userinfo endpoint behind the gateway, access tokens cannot be checked: all are refused | {"responseTypes":["code"]}'

const offers: [name: string, web: Record<string, unknown>, metadata: Record<string, unknown>, string[]][] = [
  ['says nothing', {}, {}, [passing]],
  [
    'nothing by which a session is known',
    { remember: '1h' },
    { claims_supported: ['sub'] },
    [
      "info | remember | has no effect: claims_supported has neither sid nor auth_time, so that nothing is remembered | have the OP add one of them to the ID token of the probe's client",
      passing,
    ],
  ],
  ['the same, and nothing is to be remembered', {}, { claims_supported: ['sub'] }, [passing]],
  ['a session', { remember: '1h' }, { claims_supported: ['sub', 'auth_time'] }, [passing]],
  ['no list of claims', { remember: '1h' }, {}, [passing]],
  [
    'grants',
    { grants: ['authorization_code'] },
    { grant_types_supported: ['authorization_code', 'implicit', 'refresh_token', 'password', exchange] },
    ['closed | grants | refused, not in grants: refresh_token, password, token-exchange', passing],
  ],
  [
    'flows that start elsewhere',
    {},
    { ...endpoint('device_authorization'), ...endpoint('backchannel_authentication') },
    [
      'closed | device_authorization_endpoint | refused, because grants lacks device_code',
      'closed | backchannel_authentication_endpoint | refused, because grants lacks ciba',
      passing,
    ],
  ],
  [
    'a flow that starts elsewhere, on the list',
    { grants: [device] },
    endpoint('device_authorization'),
    [
      `open | grant device_code | approved on another device, without a step-up | {"grants":[]}`,
      'breaks | grants | authorization_code is missing, so no code redeems | {"grants":["authorization_code"]}',
      passing,
    ],
  ],
  [
    'response types in any order, and modes',
    { responseTypes: ['code', 'code id_token'] },
    {
      response_types_supported: ['code', 'id_token code', 'none', 'token id_token'],
      response_modes_supported: ['query', 'form_post', 'jwt', 'query.jwt', 'web_message'],
    },
    [
      'closed | response types | refused, not in responseTypes: none, token id_token',
      "closed | response modes | refused, can't be read: jwt, query.jwt, web_message",
      'info | responses that pass | code, code id_token by query, form_post',
    ],
  ],
  [
    'no mode that can be read',
    {},
    { response_modes_supported: ['query.jwt'] },
    [
      'breaks | response modes | the OP offers none that the gateway can read | have the OP answer by query, fragment, form_post',
      "closed | response modes | refused, can't be read: query.jwt",
    ],
  ],
  ['access tokens, no userinfo', { responseTypes: ['code token', 'code'] }, {}, [noUserinfo, tokens]],
  [
    'access tokens, userinfo elsewhere',
    { responseTypes: ['code token', 'code'] },
    { userinfo_endpoint: 'https://elsewhere.example/userinfo' },
    [noUserinfo, tokens],
  ],
  ['access tokens, userinfo', { responseTypes: ['code token', 'code'] }, endpoint('userinfo'), [tokens]],
  [
    'access tokens only',
    { responseTypes: ['id_token token'] },
    {},
    [noUserinfo, 'info | responses that pass | id_token token by query, fragment'],
  ],
  [
    'what is no list',
    {},
    {
      grant_types_supported: 'password',
      response_types_supported: [1, {}],
      device_authorization_endpoint: '/',
    },
    [passing],
  ],
]

t.test('what the OP offers', async (t) => {
  for (const [name, web, metadata, doors] of offers) {
    t.same(find({ ...quiet, ...web }, metadata).map(show), doors, name)
  }
})

t.test('a key that is told closes its door', async (t) => {
  let told = 0
  const all = [...settings.map(([name, web]) => [name, web, undefined] as const), ...offers]
  for (const [name, web, metadata] of all) {
    for (const { subject, level, remedy } of find({ ...quiet, ...web }, metadata)) {
      if (remedy?.kind !== 'set') continue
      told += 1
      const closed = find({ ...quiet, ...web, [remedy.key]: remedy.value }, metadata)
      t.notOk(
        closed.some((door) => door.subject === subject && door.level === level),
        `${name}: ${subject}`,
      )
    }
  }
  t.ok(told > 15)
})

t.test('clients that are not listed can be enforced by their defaults', async (t) => {
  const { defaults } = configSchema.parse({ ...valid, defaults: { mode: 'monitor', ...omit(quiet) } })
  t.same(findClientDoors(defaults, undefined).map(show), [
    'open | mode: monitor | nothing is enforced yet; the lines below describe enforce | {"mode":"enforce"}',
  ])
})

t.test('the request leg refuses what is told to be closed, and takes what passes', async (t) => {
  const web = { ...quiet, responseTypes: ['code', 'code id_token'] }
  const policy = read(web).clients.get('web')
  if (!policy) throw new Error('there is no such client')
  const types = ['code', 'id_token code', 'code token', 'none', 'id_token']
  const modes = ['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'form_post.jwt', 'web_message']
  const doors = find(web, { response_types_supported: types, response_modes_supported: modes })
  const told = (subject: string) => doors.find((door) => door.subject === subject)?.meaning ?? ''
  const isRefused = (parameters: Record<string, string>): boolean => {
    const query = new URLSearchParams({ client_id: 'web', scope: 'openid', ...parameters }).toString()
    const request = { source: 'plain', isContradictory: false } as const
    try {
      requireReadable({ ...request, parameters: parseParameters({ query }, 'authorization') }, policy)
      return false
    } catch {
      return true
    }
  }
  for (const type of types) {
    t.equal(told('response types').split(/: |, /).includes(type), isRefused({ response_type: type }), type)
  }
  for (const mode of modes) {
    t.equal(told('response modes').split(/: |, /).includes(mode), isRefused({ response_mode: mode }), mode)
    t.not(
      told('responses that pass')
        .split(/ by |, /)
        .includes(mode),
      isRefused({ response_mode: mode }),
    )
  }
})

function omit({ mode: _mode, redirectUris: _uris, ...rest }: typeof quiet) {
  return rest
}
