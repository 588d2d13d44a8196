import { once } from 'node:events'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { examineAdmin } from '../../src/doctor/examine-admin.ts'
import { examineProviderCertificate, judgeDates } from '../../src/doctor/examine-certificate.ts'
import { examineConfiguration } from '../../src/doctor/examine-configuration.ts'
import { examineFront } from '../../src/doctor/examine-front.ts'
import { examinePublicAddress } from '../../src/doctor/examine-public-address.ts'
import { getPage } from '../../src/doctor/get-page.ts'
import { readPeerCertificate } from '../../src/doctor/peer-certificate.ts'
import { createProofs } from '../../src/instance/proofs.ts'
import { pems } from '../config/pems.ts'
import { makeConfig } from '../upstream/config.ts'

const signal = new AbortController().signal
const now = () => Date.parse('2027-01-01')
const soon = () => Date.parse('2126-10-20')

async function serveTls(t: Test, pair: { cert: string; key: string }): Promise<number> {
  const server = https.createServer(pair, (_request, response) => response.end()).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const addressOf = (publicUrl: string) => {
  const config = makeConfig({ publicUrl })
  return { config, proofs: createProofs(config), now }
}

t.test('a certificate that browsers refuse', async (t) => {
  const port = await serveTls(t, pems.localhost)
  t.match(await examinePublicAddress(addressOf(`https://localhost:${port}`), signal), [
    { id: 'public_address_tls', about: /of a CA that is not trusted here/, fix: /NODE_EXTRA_CA_CERTS/ },
    { kind: 'fine', about: /^its certificate is valid until/ },
  ])
  await t.rejects(getPage(new URL(`https://localhost:${port}`), {}, signal), 'nothing is sent there')
  await t.rejects(readPeerCertificate(new URL('https://login.invalid'), undefined, signal))
})

t.test('how long certificates are valid', async (t) => {
  const port = await serveTls(t, pems.localhost)
  const upstream = { url: `https://localhost:${port}`, tls: { ca: pems.ca } }
  const config = makeConfig({ upstream })
  t.match(await examineProviderCertificate({ config, now }, signal), [{ kind: 'fine' }])
  t.match(await examineProviderCertificate({ config, now: soon }, signal), [
    { id: 'provider_certificate', about: 'a certificate expires on 2126-10-29, in 9 days', fix: 'renew it' },
  ])
  const dates = { validFrom: 'Nov 22 01:50:59 2026 GMT', validTo: 'Oct 29 01:50:59 2126 GMT' }
  const certificate = { ...dates, fingerprint256: '', faults: [] }
  t.match(judgeDates('public_address_certificate', certificate, soon()), { id: 'public_address_certificate' })
})

t.test('what shows in the configuration', async (t) => {
  t.match(await examineConfiguration({ config: makeConfig({}), now }), [
    { id: 'configuration', about: /^trustedProxies: something in front terminates TLS/, fix: /^list/ },
  ])
})

t.test('it ends when it has to', async (t) => {
  const setting = { ...addressOf('http://127.0.0.1:9'), env: {} }
  for (const examine of [examinePublicAddress, examineFront, examineAdmin])
    await t.rejects(examine(setting, AbortSignal.abort()))
})

t.test('the admin listener', async (t) => {
  const kubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }
  const admin = (host: string) => ({ ...makeConfig({}), admin: { host, port: 9 } })
  t.match(await examineAdmin({ config: admin('0.0.0.0'), env: kubernetes }, signal), [
    { kind: 'unknown', about: /^no gateway answers at localhost:9 \(/, fix: 'run doctor beside the gateway' },
  ])
  t.match(await examineAdmin({ config: admin('::1'), env: kubernetes }, signal), [
    { id: 'admin_in_kubernetes' },
    { kind: 'unknown', about: /^no gateway answers at \[::1\]:9 / },
  ])
  const monitoring = { host: '0.0.0.0', port: 9 }
  t.same(
    (await examineAdmin({ config: { ...admin('::1'), monitoring }, env: kubernetes }, signal)).map(
      ({ kind }) => kind,
    ),
    ['unknown'],
  )
})
