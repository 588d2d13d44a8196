import t from 'tap'
import type { ClientPolicy } from '../../src/config/schema.ts'
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
  t.equal(ofCase({ policyId: '', page: '/account' }), account)
  t.equal(ofCase({ policyId: '', page: passkeysPageName }), passkeys)
  t.match(ofCase({ policyId: 'web' }), { clientId: 'web', mode: 'off' })
  for (const page of ['/other', '', '/account/'])
    t.throws(() => ofCase({ policyId: '', page }), /not protected/, page)
  t.throws(() => createPolicies(config).ofCase({ policyId: '', page: passkeysPageName }))
})

t.test('clients that are not listed have the defaults, whatever these are', async (t) => {
  const web = policy({ clientId: 'web', mode: 'off', redirectUris: ['https://app.example.com/cb'] })
  const defaults = policy({ mode: 'enforce', responseTypes: ['code', 'id_token'] })
  const policies = createPolicies({ ...config, defaults, clients: new Map([['web', web]]) })
  t.equal(policies.ofClient('web'), web)
  t.match(policies.ofClient('other'), { clientId: 'other', mode: 'enforce' })
  t.equal(policies.ofRedirectUri('https://app.example.com/cb'), web)
  t.equal(policies.ofRedirectUri('https://other.example.com/cb'), undefined)
  t.match([policies.areAnyActive, policies.areTokensInFrontChannel], [true, true])
  t.match(createPolicies(config), { areAnyActive: false, areTokensInFrontChannel: false })
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
  t.equal(counterOf({ policyId: 'one' }), counterOf({ policyId: 'two' }))
  const names = [
    { policyId: 'web' },
    { policyId: 'one' },
    ...['/account', 'web'].map((page) => ({ policyId: '', page })),
  ]
  t.equal(new Set(names.map(counterOf)).size, names.length)
})
