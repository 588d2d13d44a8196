import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createAuthsignal } from '../../src/authsignal/authsignal.ts'
import { examineActions } from '../../src/doctor/examine-actions.ts'
import { examineAuthsignal } from '../../src/doctor/examine-authsignal.ts'
import { authsignalRegions } from '../../src/doctor/setting.ts'
import { startStandIn } from '../../src/stand-in/start-stand-in.ts'
import { pems } from '../config/pems.ts'
import { makeConfig } from '../upstream/config.ts'

const keys = ['key-of-one-tenant', 'key-of-another-tenant']

async function startTenant(t: Test, apiSecretKey = keys[0] ?? '') {
  const tenant = await startStandIn({ apiSecretKey })
  t.teardown(() => tenant.close())
  return tenant
}

function settingFor(apiUrl: string, regions = authsignalRegions) {
  const base = makeConfig({})
  const config = { ...base, authsignal: { ...base.authsignal, apiUrl, apiSecretKey: keys[0] ?? '' } }
  return { config, regions, authsignal: createAuthsignal(config.authsignal) }
}

t.match(authsignalRegions, ['https://api.authsignal.com/v1', 'https://au.api.authsignal.com/v1'])

t.test('the key of another region', async (t) => {
  const [here, there, third] = await Promise.all([
    startTenant(t, keys[1]),
    startTenant(t),
    startTenant(t, keys[1]),
  ])
  const regions = [here, third, there].map(({ apiUrl }) => apiUrl)
  t.match(await examineAuthsignal(settingFor(here.apiUrl, regions)), [
    { id: 'authsignal_region', fix: `set authsignal.apiUrl: ${there.apiUrl}` },
  ])
  const nowhere = regions.slice(0, 2)
  t.match(await examineAuthsignal(settingFor(here.apiUrl, nowhere)), [{ id: 'authsignal_key' }])
})

t.test("the key goes nowhere where the address is none of Authsignal's", async (t) => {
  const [here, there] = await Promise.all([startTenant(t, keys[1]), startTenant(t)])
  t.match(await examineAuthsignal(settingFor(here.apiUrl, [there.apiUrl])), [{ id: 'authsignal_key' }])
  t.equal(there.requests.length, 0)
})

t.test('nothing is made by the question', async (t) => {
  const { apiUrl, requests } = await startTenant(t)
  t.match(await examineAuthsignal(settingFor(apiUrl)), [{ kind: 'fine' }])
  t.same(
    requests.map(({ method, path }) => `${method} ${path}`),
    ['GET /v1/users/step-up-gateway-doctor'],
  )
})

t.test('TLS that is intercepted', async (t) => {
  const server = createServer(pems.localhost).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const apiUrl = `https://localhost:${(server.address() as AddressInfo).port}/v1`
  t.match(await examineAuthsignal(settingFor(apiUrl)), [
    { id: 'authsignal_tls', about: /CA that is not trusted here \(\w+\)$/ },
  ])
})

t.test('the actions of the configuration', async (t) => {
  const { config, authsignal } = settingFor((await startTenant(t)).apiUrl)
  t.same(await examineActions({ config, authsignal, track: false }), [
    { kind: 'fine', about: 'no client and no page is protected' },
  ])
  const policy = (action: string, custom = {}) => ({
    ...config.defaults,
    mode: 'enforce' as const,
    action,
    custom,
  })
  const busy = {
    ...config,
    clients: new Map<string, typeof config.defaults>([
      ['a', policy('sign-in', { tier: 'gold' })],
      ['b', policy('sign-in')],
      ['c', { ...policy('unused'), mode: 'off' as const }],
    ]),
    protectedPaths: [{ name: '/a', path: '/a', httpMethods: [], policy: policy('account') }],
    passkeys: { tenantId: 't', policy: policy('passkeys') },
  }
  t.match(await examineActions({ config: busy, authsignal, track: false }), [
    { kind: 'unknown', about: /: sign-in, account, passkeys; / },
    { kind: 'unknown', about: /docs\/doctor\.md, tier$/ },
  ])
})
