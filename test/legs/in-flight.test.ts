import t from 'tap'
import { configSchema } from '../../src/config/schema.ts'
import { parseParameters } from '../../src/edge/parameters.ts'
import { recordInFlight } from '../../src/legs/in-flight.ts'
import { type Decision, deny } from '../../src/policy/decide.ts'
import { createPolicies } from '../../src/policy/policies.ts'
import { createRecords } from '../../src/step-up/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { client, valid } from '../config/valid.ts'

const web = 'https://web.example.com/cb'
const two = ['https://two.example.com/a', 'https://two.example.com/b']

/** Records, and how a request is written down in them. */
function open() {
  const config = configSchema.parse({
    ...valid,
    clients: {
      web: { ...client, mode: 'enforce', redirectUris: [web] },
      two: { ...client, mode: 'monitor', redirectUris: two },
    },
  })
  const policies = createPolicies(config)
  const records = createRecords(createMemoryStore(Date.now), config.stepUp)
  return { records, again }

  function again(request: Record<string, string>) {
    const query = `${new URLSearchParams(request)}`
    const parameters = parseParameters({ query }, 'authorization')
    const policy = policies.ofRedirectUri(request['redirect_uri'] ?? '') ?? policies.ofClient('two')
    const resolved = { parameters, source: 'plain', isContradictory: false } as const
    return recordInFlight({ policies, records, now: () => 1000 }, `/authorize?${query}`, resolved, policy)
  }
}

/** Writes requests down, one after the other, and gives what is known of the last. */
async function record(first: Record<string, string>, ...others: Record<string, string>[]) {
  const { again } = open()
  let exchange = await again(first)
  for (const request of others) exchange = await again(request)
  return exchange
}

const asked = { client_id: 'web', redirect_uri: web, state: 's', scope: 'openid' }

t.test('of two requests with one state counts what either asks for', async (t) => {
  const table: [name: string, earlier: object, later: object, known: object][] = [
    ['the scopes', { scope: 'openid a' }, { scope: 'openid b' }, { scope: ['openid', 'b', 'a'] }],
    ['acr_values of the earlier', { acr_values: 'one two' }, {}, { acrValues: 'one two' }],
    ['acr_values of the later', {}, { acr_values: 'three' }, { acrValues: 'three' }],
    [
      'both, each once',
      { acr_values: 'one two' },
      { acr_values: 'two three' },
      { acrValues: 'one two three' },
    ],
    ['none', {}, {}, { acrValues: undefined }],
    ['the owner of the redirect URI first', {}, { client_id: 'guest' }, { clientId: 'web' }],
    ['the owner of the redirect URI last', { client_id: 'guest' }, {}, { clientId: 'web' }],
  ]
  for (const [name, earlier, later, known] of table) {
    const { request } = await record({ ...asked, ...earlier }, { ...asked, ...later })
    t.match(request, known, name)
  }
})

t.test('a request is found again by redirect URI and state', async (t) => {
  const table: [name: string, request: Record<string, string>, isFound: boolean][] = [
    ['both', asked, true],
    ['the only redirect URI, left out', { client_id: 'web', state: 's' }, true],
    ['one of two redirect URIs', { client_id: 'two', state: 's', redirect_uri: two[1] ?? '' }, true],
    ['one of two redirect URIs, left out', { client_id: 'two', state: 's' }, false],
    ['without state', { client_id: 'web', redirect_uri: web }, false],
  ]
  for (const [name, request, isFound] of table) {
    t.equal((await record(request)).inFlight !== undefined, isFound, name)
  }
})

t.test('a request of a watched client may ask for no scope', async (t) => {
  t.same((await record({ client_id: 'two', state: 's' })).request, {
    clientId: 'two',
    scope: [],
    startedAt: 1000,
    drives: 0,
    target: '/authorize?client_id=two&state=s',
  })
})

t.test('a request that names no client is that of the owner of its redirect URI', async (t) => {
  const { request, inFlight } = await record({ redirect_uri: web, state: 's', ui_locales: 'de fr' })
  t.match(request, { clientId: 'web', uiLocales: 'de fr' })
  t.equal(inFlight, (await record(asked)).inFlight)
})

t.test('of what was decided for the earlier, only the way back stays', async (t) => {
  const table: [name: string, decision: Decision, stays: boolean][] = [
    ['a step-up that was not passed', deny('not_verified', 'unmet_authentication_requirements'), true],
    ['a release', { verdict: 'release', reason: 'no_challenge_needed' }, false],
    ['a denial that may change', deny('blocked', 'access_denied'), false],
  ]
  for (const [name, decision, stays] of table) {
    const { again, records } = open()
    const { inFlight = '' } = await again(asked)
    await records.inFlight.update(inFlight, (request) => ({
      ...request,
      kept: { subject: 'alice', decision, until: 2000 },
    }))
    const { request } = await again({ ...asked, consent: 'yes' })
    t.match(request.kept, stays ? { decision } : undefined, name)
    t.equal(request.kept !== undefined, stays, name)
  }
})
