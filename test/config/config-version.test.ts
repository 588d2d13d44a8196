import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { secretKeys, versionOf } from '../../src/config/config-version.ts'
import type { Config } from '../../src/config/schema/schema.ts'
import { makeConfig } from '../upstream/config.ts'

const config = makeConfig({})
const web = { ...config.defaults, clientId: 'web', mode: 'enforce' } as const
const withClients = (...clients: Config['defaults'][]): Config => ({
  ...config,
  clients: new Map(clients.map((client) => [client.clientId, client])),
})

t.test('the same settings have the same version, whatever the secrets and the places', async (t) => {
  const version = versionOf(withClients(web))
  t.match(version, /^[0-9a-f]{12}$/)
  const origin = { section: 'clients.web', at: 'gateway.yaml:7', keys: {}, inherited: [] }
  t.equal(versionOf(withClients({ ...web, origin })), version, 'lines')
  const reversed = Object.fromEntries(Object.entries(web).reverse()) as typeof web
  t.equal(versionOf(withClients(reversed)), version, 'order')
  const authsignal = { ...config.authsignal, apiSecretKey: 'another' }
  t.equal(versionOf({ ...withClients(web), authsignal }), version, 'a secret')
})

t.test('of files only the content counts', async (t) => {
  const withLogo = (file: string, text: string): string =>
    versionOf({ ...config, pages: { logo: { file, bytes: Buffer.from(text) } } })
  t.equal(withLogo('/a/logo.svg', '<svg/>'), withLogo('/b/logo.svg', '<svg/>'))
  t.not(withLogo('/a/logo.svg', '<svg/>'), withLogo('/a/logo.svg', '<svg />'))
})

t.test('other settings have another', async (t) => {
  const all = [
    versionOf(config),
    versionOf(withClients(web)),
    versionOf(withClients({ ...web, mode: 'monitor' })),
    versionOf(withClients({ ...web, methods: ['PASSKEY'] })),
    versionOf({ ...config, log: { level: 'info', subject: 'omitted' } }),
  ]
  t.equal(new Set(all).size, all.length)
})

t.test('every secret of the schema is left out', async (t) => {
  const folder = join(import.meta.dirname, '..', '..', 'src', 'config', 'schema')
  const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
  const named = Array.from(
    source.join('\n').matchAll(/(\w+): (?:z\s*\.exactOptional\()?(secret|pem)\(\)/g),
    ([, name = '']) => name,
  )
  t.ok(named.length >= 6, named.join())
  // Certificates are public.
  t.same(
    named.filter((name) => !secretKeys.has(name) && name !== 'cert' && name !== 'ca'),
    [],
  )
})

t.test('is found once for each configuration: every look at the health asks for it', async (t) => {
  let reads = 0
  const config = {
    ...makeConfig({}),
    get publicUrl() {
      reads += 1
      return 'https://login.example.com'
    },
  }
  t.equal(versionOf(config), versionOf(config))
  t.equal(reads, 1)
})
