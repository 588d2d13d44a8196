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

t.test('a redirect URI belongs to who lists it, else to the strictest that an OP could mean', async (t) => {
  const list = (clientId: string, mode: ClientPolicy['mode'], ...redirectUris: string[]) =>
    policy({ clientId, mode, redirectUris })
  const strict = list('strict', 'enforce', 'https://app.example.com/cb', 'com.example.app:/cb')
  const watched = list('watched', 'monitor', 'https://app.example.com/Cb')
  const off = list('off', 'off', 'https://app.example.com/CB', 'https://off.example.com/')
  const clients = new Map([strict, off, watched].map((one) => [one.clientId, one]))
  const policies = createPolicies({ ...config, clients })
  for (const [uri, owner] of [
    ['https://app.example.com/cb', strict],
    ['https://app.example.com/Cb', watched],
    ['https://app.example.com/CB', off],
    ['https://app.example.com/cB', strict],
    ['https://user@app.example.com/cb', strict],
    ['Com.Example.App://CB', strict],
    ['https://off.example.com', off],
    ['https://app.example.com:8443/cb', undefined],
    ['no URI', undefined],
    ['javascript:x', undefined],
  ] as const)
    t.equal(policies.ofRedirectUri(uri), owner, uri)
  t.equal(policies.areAnyEnforced, true)
  t.equal(createPolicies({ ...config, clients: new Map([['off', off]]) }).areAnyEnforced, false)
})
