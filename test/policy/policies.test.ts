import t from 'tap'
import type { ClientPolicy } from '../../src/config/schema/schema.ts'
import { createPolicies, passkeysPageName } from '../../src/policy/policies.ts'
import { makeConfig } from '../upstream/config.ts'

const config = makeConfig({})
const policy = (more: Partial<ClientPolicy>): ClientPolicy => ({ ...config.defaults, ...more })
const account = policy({ action: 'account', mode: 'enforce' })
const passkeys = policy({ action: 'passkeys', mode: 'enforce' })
const whole = {
  ...config,
  protectedPaths: [{ name: '/account', path: '/account', httpMethods: [], policy: account }],
  passkeys: { tenantId: 'lab', policy: passkeys },
}

t.test('the policy of a case is that of its page, or of its client', async (t) => {
  const { ofCase } = createPolicies(whole)
  t.equal(ofCase({ policyIds: [], page: '/account' }), account)
  t.equal(ofCase({ policyIds: [], page: passkeysPageName }), passkeys)
  t.match(ofCase({ policyIds: ['web'] }), { clientId: 'web', mode: 'off' })
  for (const page of ['/other', '', '/account/'])
    t.throws(() => ofCase({ policyIds: [], page }), /not protected/, page)
  t.throws(() => createPolicies(config).ofCase({ policyIds: [], page: passkeysPageName }))
})

t.test('clients that are not listed have the defaults, whatever these are', async (t) => {
  const web = policy({ clientId: 'web', mode: 'off', redirectUris: ['https://app.example.com/cb'] })
  const defaults = policy({ mode: 'enforce', responseTypes: ['code', 'id_token'] })
  const policies = createPolicies({ ...config, defaults, clients: new Map([['web', web]]) })
  t.equal(policies.ofClient('web'), web)
  t.match(policies.ofClient('other'), { clientId: 'other', mode: 'enforce' })
  t.same(policies.ofRedirectUri('https://app.example.com/cb'), [web])
  t.same(policies.ofRedirectUri('https://other.example.com/cb'), [])
  t.match([policies.areAnyActive, policies.areTokensInFrontChannel], [true, true])
  t.match(createPolicies(config), { areAnyActive: false, areTokensInFrontChannel: false })
})

t.test('the strictest of all that is named governs', async (t) => {
  const [shared, own] = ['https://app.example.com/shared', 'https://app.example.com/own']
  const clients = {
    strict: policy({ mode: 'enforce', redirectUris: [shared], methods: ['PASSKEY'] }),
    easy: policy({ mode: 'enforce', redirectUris: [shared], satisfiedByAmr: ['pwd'] }),
    off: policy({ redirectUris: [shared, own] }),
    watched: policy({ mode: 'monitor', redirectUris: [own] }),
  }
  const named = Object.entries(clients).map(([clientId, rest]) => [clientId, { ...rest, clientId }] as const)
  const { govern, ofCase } = createPolicies({ ...config, clients: new Map(named) })
  const table: [clientIds: string[], uri: string | undefined, mode: string, policyIds: string[]][] = [
    [[], undefined, 'off', ['']],
    [['other'], undefined, 'off', ['other']],
    [['easy'], undefined, 'enforce', ['easy']],
    [['easy'], shared, 'enforce', ['easy']],
    [['other'], shared, 'enforce', ['other', 'strict', 'easy', 'off']],
    [['off'], shared, 'enforce', ['off', 'strict', 'easy']],
    [[], shared, 'enforce', ['strict', 'easy', 'off']],
    [['off'], own, 'monitor', ['off', 'watched']],
    [['watched', 'strict'], own, 'enforce', ['watched', 'strict']],
    [['off'], 'https://app.example.com/elsewhere', 'off', ['off']],
  ]
  for (const [clientIds, uri, mode, policyIds] of table) {
    const governing = govern(clientIds, uri)
    t.match(governing, { mode }, `${clientIds} at ${uri}`)
    t.strictSame(governing.policyIds, policyIds)
    t.strictSame(ofCase({ policyIds }), governing, 'and is found again')
  }
  t.match(govern([], shared), { clientId: 'strict', methods: ['PASSKEY'], satisfiedByAmr: [] })
})

t.test('who could pass for a protected client goes by its policy', async (t) => {
  const web = policy({ clientId: 'web', mode: 'enforce' })
  const twin = policy({ clientId: 'Web', mode: 'off' })
  const open = policy({ clientId: 'open', mode: 'off' })
  const clients = new Map([web, twin, open].map((one) => [one.clientId, one]))
  const policies = createPolicies({ ...config, clients })
  t.equal(policies.ofClient('WEB'), web)
  t.equal(policies.findLookAlike('WEB'), 'web')
  for (const id of ['web', 'Web', 'open', 'OPEN', 'other']) t.equal(policies.findLookAlike(id), undefined, id)
  t.equal(policies.ofClient('Web'), twin, 'but not who is listed')
  t.same(policies.enforced, [web])
})

t.test('all clients that are not listed are counted as one', async (t) => {
  const web = policy({ clientId: 'web', mode: 'enforce' })
  const { counterOf } = createPolicies({ ...whole, clients: new Map([['web', web]]) })
  t.equal(counterOf({ policyIds: ['one'] }), counterOf({ policyIds: ['two'] }))
  const names = [
    { policyIds: ['web'] },
    { policyIds: ['one'] },
    ...['/account', 'web'].map((page) => ({ policyIds: [], page })),
  ]
  t.equal(new Set(names.map(counterOf)).size, names.length)
})

t.test('a redirect URI belongs to who lists it, else to all that an OP could mean', async (t) => {
  const list = (clientId: string, mode: ClientPolicy['mode'], ...redirectUris: string[]) =>
    policy({ clientId, mode, redirectUris })
  const strict = list('strict', 'enforce', 'https://app.example.com/cb', 'com.example.app:/cb')
  const watched = list('watched', 'monitor', 'https://app.example.com/Cb')
  const off = list('off', 'off', 'https://app.example.com/CB', 'https://off.example.com/')
  const clients = new Map([strict, off, watched].map((one) => [one.clientId, one]))
  const policies = createPolicies({ ...config, clients })
  for (const [uri, owners] of [
    ['https://app.example.com/cb', [strict]],
    ['https://app.example.com/Cb', [watched]],
    ['https://app.example.com/CB', [off]],
    ['https://app.example.com/cB', [strict, off, watched]],
    ['https://user@app.example.com/cb', [strict, off, watched]],
    ['Com.Example.App://CB', [strict]],
    ['https://off.example.com', [off]],
    ['https://app.example.com:8443/cb', []],
    ['no URI', []],
    ['javascript:x', []],
  ] as const)
    t.same(policies.ofRedirectUri(uri), owners, uri)
})

t.test(
  'clients of one machine are told apart by their ports, where all of them are unprotected',
  async (t) => {
    const list = (clientId: string, mode: ClientPolicy['mode'], ...redirectUris: string[]) =>
      policy({ clientId, mode, redirectUris })
    const clients = new Map(
      [
        list(
          'cli',
          'enforce',
          'http://localhost:9000/cb',
          'http://127.0.0.1/any',
          'https://app.example.com/cb',
          'https://localhost:5002/tls',
        ),
        list('watched', 'monitor', 'http://localhost:9001/watched'),
        list('off', 'off', 'http://localhost:7000/cb', 'http://localhost:7000/off'),
      ].map((one) => [one.clientId, one]),
    )
    const { areNextDoor } = createPolicies({ ...config, clients })
    const table: [clientIds: string[], uri: string | undefined, expected: boolean][] = [
      [['tool'], 'http://localhost:8000/cb', true],
      [['tool'], 'http://127.0.0.1:8000/CB', true],
      [['tool'], 'http://[::1]/cb', true],
      [['tool'], 'http://localhost:8000/any', true],
      [['tool'], 'http://localhost:8000/watched', true],
      [['off'], 'http://localhost:7000/cb', true],
      [['tool', 'off'], 'http://localhost:8000/cb', true],
      [['tool'], 'http://localhost:9000/cb', false],
      [['tool'], 'http://127.0.0.1:9000/cb/', false],
      [['tool'], 'http://localhost/any', false],
      [['tool'], 'https://localhost:8000/cb', false],
      [['tool'], 'https://app.example.com:8443/cb', false],
      [['tool'], 'https://app.example.com/cb', false],
      [['tool'], 'http://localhost:8000/elsewhere', false],
      [['tool'], 'http://localhost:8000/off', false],
      [['tool'], 'https://localhost:5003/tls', false],
      [['tool'], 'no URI', false],
      [['tool'], 'com.example.app:/cb', false],
      [['tool'], undefined, false],
      [[], 'http://localhost:8000/cb', false],
      [['cli'], 'http://localhost:8000/cb', false],
      [['CLI'], 'http://localhost:8000/cb', false],
      [['watched'], 'http://localhost:8000/cb', false],
      [['tool', 'cli'], 'http://localhost:8000/cb', false],
    ]
    for (const [clientIds, uri, expected] of table)
      t.equal(areNextDoor(clientIds, uri), expected, `${clientIds} at ${uri}`)
  },
)

t.test('a redirect URI at any path belongs to who says so, besides who lists it', async (t) => {
  const list = (clientId: string, ...redirectUris: string[]) =>
    policy({ clientId, mode: 'enforce', redirectUris })
  const any = list('any', 'http://127.0.0.1/*')
  const cli = list('cli', 'http://127.0.0.1:9000/cb')
  const tls = list('tls', 'https://localhost:5002/cb')
  const clients = new Map([any, cli, tls].map((one) => [one.clientId, one]))
  const policies = createPolicies({ ...config, clients })
  for (const [uri, owners] of [
    ['http://127.0.0.1:51004/some/path', [any]],
    ['http://127.0.0.1/', [any]],
    ['http://127.0.0.1:51004/cb', [cli, any]],
    ['http://localhost:51004/CB', [cli, any]],
    ['http://user@127.0.0.1/x', [any]],
    ['https://127.0.0.1:51004/some/path', []],
    ['http://127.0.0.2/x', []],
    ['http://127.0.0.1.evil.example/x', []],
    ['http://evil.example/*', []],
    ['https://localhost:5002/cb', [tls]],
    ['https://localhost:5003/cb', []],
    ['https://127.0.0.1:5002/Cb', [tls]],
  ] as const)
    t.same(policies.ofRedirectUri(uri), owners, uri)
  for (const [clientId, uri, expected] of [
    ['tool', 'http://127.0.0.1:8000/elsewhere', true],
    ['tool', 'http://127.0.0.1/elsewhere', false],
    ['any', 'http://127.0.0.1:8000/elsewhere', false],
    ['tool', 'https://localhost:5003/cb', false],
  ] as const)
    t.equal(policies.areNextDoor([clientId], uri), expected, `${clientId} at ${uri}`)
  const govern = (...ids: string[]) => policies.govern(ids)
  t.ok(policies.isListed(govern('any'), 'http://127.0.0.1:1/x'))
  t.notOk(policies.isListed(govern('any'), 'https://127.0.0.1:1/x'))
  t.notOk(policies.isListed(govern('tls'), 'https://localhost:5003/cb'))
  t.ok(policies.isListed(govern('nobody'), 'https://nobody.example/'), 'where nothing is listed')
})

t.test('what is no redirect URI leads to nobody', async (t) => {
  const redirectUris = ['no uri', 'https://app.example.com/cb']
  const web = policy({ clientId: 'web', mode: 'enforce', redirectUris })
  const policies = createPolicies({ ...config, clients: new Map([['web', web]]) })
  t.equal(policies.ofClient('web'), web)
})
