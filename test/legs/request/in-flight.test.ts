import t from 'tap'
import { configSchema } from '../../../src/config/schema/schema.ts'
import { markForwarded, recordInFlight } from '../../../src/legs/request/in-flight.ts'
import type { Repeatable } from '../../../src/legs/request/repeatable-request.ts'
import { findAnswered } from '../../../src/legs/response/answered-request.ts'
import { parseParameters } from '../../../src/oauth/parameters.ts'
import { type Decision, deny } from '../../../src/policy/decide.ts'
import { createPolicies } from '../../../src/policy/policies.ts'
import { createRecords } from '../../../src/records/records.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { client, valid } from '../../config/valid.ts'

const web = 'https://web.example.com/cb'
const two = ['https://two.example.com/a', 'https://two.example.com/b']

interface How {
  readonly browserIds?: readonly string[]
  readonly isOwnForm?: boolean
  readonly path?: string
  readonly source?: 'plain' | 'pushed'
  readonly repeatable?: Repeatable
}

/** Records, how a request is written down in them, and how it is found by its answer. */
function open() {
  let at = 1000
  const config = configSchema.parse({
    ...valid,
    clients: {
      web: { ...client, mode: 'enforce', redirectUris: [web] },
      two: { ...client, mode: 'monitor', redirectUris: two },
    },
  })
  const policies = createPolicies(config)
  const records = createRecords(
    createMemoryStore(() => at),
    config.stepUp,
  )
  return {
    policies,
    records,
    advance: (ms: number) => {
      at += ms
    },
    ask(
      request: Record<string, string>,
      {
        browserIds = ['alice'],
        isOwnForm = false,
        path = '/authorize',
        source = 'plain',
        repeatable = {},
      }: How = {},
    ) {
      const query = `${new URLSearchParams(request)}`
      const parameters = parseParameters({ query }, 'authorization')
      const policy = policies.govern(
        [request['client_id'] ?? ''].filter(Boolean),
        request['redirect_uri'] ?? two[0],
      )
      const resolved = { parameters, source, isContradictory: false } as const
      const target = `${path}?${query}`
      return recordInFlight(
        { policies, records, now: () => at++ },
        {
          target,
          resolved,
          repeatable: { target, ...repeatable },
          policy,
          browserIds,
          browser: { ids: browserIds, address: '192.0.2.1' },
          isOwnForm,
          isAtFurtherPath: path !== '/authorize',
        },
      )
    },
    /** The request that an answer to this browser belongs to, in another exchange. */
    find: (browserIds: readonly string[], correlation: string | undefined) =>
      findAnswered({ policies, records }, correlation, { authorization: undefined, browserIds }),
  }
}

const asked = { client_id: 'web', redirect_uri: web, state: 's', scope: 'openid' }

t.test('of two requests of one browser with one state counts what either asks for', async (t) => {
  const table: [name: string, earlier: object, later: object, known: object][] = [
    ['the scopes', { scope: 'openid a' }, { scope: 'openid b' }, { scope: ['openid', 'b', 'a'] }],
    ['acr_values of the earlier', { acr_values: 'one two' }, {}, { acrValues: 'one two' }],
    ['acr_values of the later', {}, { acr_values: 'three' }, { acrValues: 'three' }],
    [
      'both, each once',
      { acr_values: 'one two' },
      { acr_values: 'two three' },
      { acrValues: 'two three one' },
    ],
    ['none', {}, { nonce: 'n' }, { acrValues: undefined }],
  ]
  for (const [name, earlier, later, known] of table) {
    const { ask, find } = open()
    await ask({ ...asked, ...earlier })
    const { correlation } = await ask({ ...asked, ...later })
    const found = await find(['alice'], correlation)
    t.match(found?.request, known, name)
    t.match(
      found?.request.target,
      new RegExp(`${new URLSearchParams({ ...asked, ...later })}$`.replaceAll('+', '\\+')),
    )
  }
})

t.test('a request is found again by its browser, redirect URI and state', async (t) => {
  const table: [name: string, request: Record<string, string>, isFound: boolean][] = [
    ['both', asked, true],
    ['the only redirect URI, left out', { client_id: 'web', state: 's' }, true],
    ['one of two redirect URIs', { client_id: 'two', state: 's', redirect_uri: two[1] ?? '' }, true],
    ['one of two redirect URIs, left out', { client_id: 'two', state: 's' }, false],
    ['without state', { client_id: 'web', redirect_uri: web }, true],
  ]
  for (const [name, request, isFound] of table) {
    const { ask, find } = open()
    const { correlation, inFlight } = await ask(request, { browserIds: ['alice', 'visit'] })
    t.equal(inFlight !== undefined, isFound, name)
    const found = await find(['alice'], correlation)
    t.equal(found?.inFlight, inFlight, name)
    t.equal((await find(['visit', 'alice'], correlation))?.inFlight, inFlight, 'by any of its ids')
    t.equal(await find(['bob'], correlation), undefined, 'not by another browser')
    t.equal(await find([], correlation), undefined, 'not without one')
  }
})

t.test('people whose applications send one state for all are not mixed', async (t) => {
  const { ask, find } = open()
  const people = Array.from({ length: 10 }, (_, index) => `browser ${index}`)
  const exchanges = await Promise.all(
    people.map((browser) => ask({ ...asked, nonce: browser }, { browserIds: [browser] })),
  )
  for (const [index, browser] of people.entries()) {
    const found = await find([browser], exchanges[index]?.correlation)
    t.match(found?.request.target, new RegExp(`nonce=browser\\+${index}$`))
  }
})

t.test('a browser that keeps no cookie has its request judged, and not repeated', async (t) => {
  const { ask, find } = open()
  const { correlation, request, inFlight } = await ask(asked, { browserIds: [] })
  t.match(request, { clientId: 'web', scope: ['openid'] })
  t.equal(inFlight, undefined)
  t.equal(await find(['alice'], correlation), undefined)
})

t.test('more than eight alike are not told apart, and none is forgotten', async (t) => {
  const { ask, find } = open()
  let correlation: string | undefined
  for (let index = 0; index < 12; index++)
    ({ correlation } = await ask({ ...asked, scope: `openid s${index}`, acr_values: `a${index}` }))
  await ask({ ...asked, client_id: 'two' })
  const found = await find(['alice'], correlation)
  t.equal(found?.request.scope.length, 13)
  t.equal(found?.request.acrValues?.split(' ').length, 12)
  t.same(found?.clientIds, ['web', 'two'])
})

t.test('what has ended is neither found nor kept of those that were too many', async (t) => {
  const { ask, find, advance } = open()
  for (let index = 0; index < 8; index++) await ask({ ...asked, scope: `openid s${index}` })
  advance(50 * 60_000)
  const { correlation } = await ask({ ...asked, scope: 'openid late' })
  advance(20 * 60_000)
  t.same((await find(['alice'], correlation))?.request.scope.toSorted(), ['late', 'openid', 's0'])
  await ask({ ...asked, scope: 'openid later' })
  t.same((await find(['alice'], correlation))?.request.scope.toSorted(), ['late', 'later', 'openid', 's0'])
})

t.test('a silent request does not stand for one that shows its login page', async (t) => {
  const { ask, find } = open()
  await ask(asked)
  const { correlation } = await ask({ ...asked, prompt: 'none' })
  t.equal((await find(['alice'], correlation))?.request.prompt, undefined)
  const silent = open()
  await silent.ask({ ...asked, prompt: 'none' })
  t.equal((await silent.find(['alice'], correlation))?.request.prompt, 'none')
})

t.test('a reload lets a request be found for as long as it lives then', async (t) => {
  const { ask, find, advance } = open()
  const { correlation } = await ask(asked)
  advance(50 * 60_000)
  await ask(asked)
  advance(50 * 60_000)
  t.ok(await find(['alice'], correlation))
  advance(20 * 60_000)
  t.equal(await find(['alice'], correlation), undefined)
})

t.test('a request of a watched client may ask for no scope', async (t) => {
  const { asks, ...request } = (await open().ask({ client_id: 'two', state: 's' })).request
  t.same(request, {
    clientId: 'two',
    scope: [],
    responseType: 'code',
    startedAt: 1000,
    drives: 0,
    target: '/authorize?client_id=two&state=s',
  })
})

t.test('a request that names no client is that of the owner of its redirect URI', async (t) => {
  const { request, correlation } = await open().ask({ redirect_uri: web, state: 's', ui_locales: 'de fr' })
  t.match(request, { clientId: 'web', uiLocales: 'de fr' })
  t.equal(correlation, (await open().ask(asked)).correlation)
})

t.test('a form of the OP goes on with the request: that is what is repeated', async (t) => {
  const { ask, find } = open()
  await ask({ ...asked, nonce: 'n' })
  const { inFlight, correlation } = await ask(
    { ...asked, claims: 'null', consent: 'yes' },
    { isOwnForm: true },
  )
  const found = await find(['alice'], correlation)
  t.match(found, { inFlight, request: { scope: ['openid'], startedAt: 1000 } })
  t.match(found?.request.target, /&nonce=n$/)
  await ask({ ...asked, scope: 'openid admin', acr_values: 'high' }, { isOwnForm: true })
  t.match(await find(['alice'], correlation), { request: { scope: ['openid', 'admin'], acrValues: 'high' } })
  await ask({ ...asked, client_id: 'two' }, { isOwnForm: true })
  t.match(
    await find(['alice'], correlation),
    { request: { clientId: 'web' }, clientIds: ['web', 'two'] },
    'not with that of another client',
  )
})

t.test('what a login page leads to began with the request of the client', async (t) => {
  const path = '/authorize/callback'
  const goesOn = { startedAt: 1000, maxAge: 0, drives: 1 }
  const table: [name: string, first: object, later: object, how: How, known: object][] = [
    ['the same', { prompt: 'login' }, { prompt: 'login', suppressed_prompt: 'login' }, { path }, goesOn],
    ['without its prompt', { prompt: 'login consent' }, {}, { path }, goesOn],
    ['with a max_age that was raised', { prompt: 'login' }, { max_age: '62' }, { path }, goesOn],
    ['its own max_age', { max_age: '60' }, { max_age: '60' }, { path }, { ...goesOn, maxAge: 60 }],
    ['no max_age', {}, {}, { path }, { ...goesOn, maxAge: undefined }],
    ['no number', { max_age: '-1' }, { max_age: '-1' }, { path }, { ...goesOn, maxAge: undefined }],
    ['at the endpoint itself', { prompt: 'login' }, { prompt: 'login', ui: 'x' }, {}, { startedAt: 61_001 }],
    ['in another browser', {}, {}, { path, browserIds: ['bob'] }, { startedAt: 61_001 }],
    ['for a login now', {}, { prompt: 'login' }, { path }, { startedAt: 61_001, maxAge: 0 }],
    ['for a newer login', { max_age: '60' }, { max_age: '59' }, { path }, { startedAt: 61_001, maxAge: 59 }],
    ['for something else', { nonce: 'one' }, { nonce: 'two' }, { path }, { startedAt: 61_001, drives: 0 }],
    ['for more', {}, { scope: 'openid admin' }, { path }, { startedAt: 61_001, drives: 0 }],
  ]
  for (const [name, first, later, how, known] of table) {
    const { ask, records, advance } = open()
    const { inFlight = '' } = await ask({ ...asked, ...first })
    await records.inFlight.update(inFlight, (request) => ({ ...request, drives: 1 }))
    advance(60_000)
    const { request, inFlight: own } = await ask({ ...asked, ...later }, how)
    t.match(request, known, name)
    t.same(await records.inFlight.get(own ?? ''), request, 'as it is kept')
    t.not(own, inFlight, 'it is repeated as it came')
  }
})

t.test('a pushed request begins once, and another that asks for the same begins anew', async (t) => {
  const { ask, advance } = open()
  const login = { ...asked, prompt: 'login' }
  for (const [uri, startedAt] of [
    ['1', 1000],
    ['1', 1000],
    ['2', 121_002],
  ] as const) {
    t.match(await ask({ ...login, uri }, { source: 'pushed' }), { request: { startedAt } })
    advance(60_000)
  }
  t.match(await ask(login), { request: { startedAt: 181_003 } }, 'so does one that is not pushed')
  t.match(await ask(login), { request: { startedAt: 181_004 } }, 'and its reload')
})

t.test('what goes on when it came twice began with the latest start', async (t) => {
  const { ask, advance } = open()
  const how = { path: '/authorize/callback' }
  await ask(asked)
  advance(60_000)
  t.match(await ask(asked, how), { request: { startedAt: 1000 } })
  advance(60_000)
  t.match(await ask(asked, how), { request: { startedAt: 1000 } })
  t.match(await ask(asked), { request: { startedAt: 121_003 } }, 'a start at the application')
  t.match(await ask(asked, how), { request: { startedAt: 121_003 } })
})

const kept = (decision: Decision) => ({ subject: 'alice', decision, until: 2000 })

t.test('of what was decided for the earlier, only the way back stays', async (t) => {
  const release: Decision = { verdict: 'release', reason: 'no_challenge_needed' }
  const notVerified = deny('not_verified', 'unmet_authentication_requirements')
  const table: [name: string, decision: Decision, later: object, how: How, stays: boolean][] = [
    ['a step-up that was not passed, and a reload', notVerified, {}, {}, true],
    ['a release, and a reload', release, {}, {}, false],
    ['a denial that may change, and a reload', deny('blocked', 'access_denied'), {}, {}, false],
    ['a release, and a form', release, { consent: 'yes' }, { isOwnForm: true }, true],
    ['a release, and a form for more', release, { scope: 'openid a' }, { isOwnForm: true }, false],
    ['the way back, and a form for more', notVerified, { scope: 'openid a' }, { isOwnForm: true }, true],
    ['a release, and another request', release, { nonce: 'n' }, {}, false],
  ]
  for (const [name, decision, later, how, stays] of table) {
    const { ask, records, find } = open()
    const { inFlight = '', correlation } = await ask(asked)
    await records.inFlight.update(inFlight, (request) => ({ ...request, kept: kept(decision) }))
    await ask({ ...asked, ...later }, how)
    const found = await find(['alice'], correlation)
    t.equal(found?.request.kept !== undefined, stays, name)
  }
})

t.test('a decision holds while nothing else that looks alike asks for more', async (t) => {
  for (const [name, scope, stays] of [
    ['less', 'openid', true],
    ['more', 'openid profile admin', false],
  ] as const) {
    const { ask, records, find } = open()
    await ask({ ...asked, scope })
    const { inFlight = '', correlation } = await ask({ ...asked, scope: 'openid profile' })
    const release: Decision = { verdict: 'release', reason: 'no_challenge_needed' }
    await records.inFlight.update(inFlight, (request) => ({ ...request, kept: kept(release) }))
    t.equal((await find(['alice'], correlation))?.request.kept !== undefined, stays, name)
  }
})

t.test('the way back stays, whatever else looks alike', async (t) => {
  const { ask, records, find } = open()
  await ask({ ...asked, scope: 'openid admin' })
  const { inFlight = '', correlation } = await ask(asked)
  const back = deny('not_verified', 'unmet_authentication_requirements')
  await records.inFlight.update(inFlight, (request) => ({ ...request, kept: kept(back) }))
  t.match((await find(['alice'], correlation))?.request.kept, { decision: back })
})

t.test('the answer in the exchange of its own request belongs to that one', async (t) => {
  const { ask, policies, records } = open()
  const first = await ask({ ...asked, nonce: 'one' })
  await ask({ ...asked, nonce: 'two' })
  const found = await findAnswered({ policies, records }, first.correlation, {
    authorization: first,
    browserIds: ['alice'],
  })
  t.equal(found?.inFlight, first.inFlight)
  const unkept = await ask({ ...asked, nonce: 'three' }, { browserIds: [] })
  const answered = await findAnswered({ policies, records }, unkept.correlation, {
    authorization: unkept,
    browserIds: [],
  })
  t.same(answered, { request: unkept.request, clientIds: ['web'] })
})

t.test('a pushed request, once the OP has seen it, is repeated by what was pushed', async (t) => {
  const { records, policies, ask } = open()
  const request = { client_id: 'web', redirect_uri: web, request_uri: 'urn:one' }
  const plainTarget = '/authorize?client_id=web'
  const asked = await ask(request, { source: 'pushed', repeatable: { plainTarget, targetUntil: 9e9 } })
  const key = asked.inFlight ?? ''
  t.match(await records.inFlight.get(key), { target: /request_uri/, targetUntil: 9e9, plainTarget })
  const parameters = parseParameters({ query: '' }, 'authorization')
  const forwarded = {
    policy: policies.govern(['web']),
    request: asked.request,
    browserIds: [],
    inFlight: key,
  }
  await markForwarded({ records }, { parameters, source: 'pushed', isContradictory: false }, forwarded)
  t.match(await records.inFlight.get(key), { target: undefined, targetUntil: undefined, plainTarget })
})
