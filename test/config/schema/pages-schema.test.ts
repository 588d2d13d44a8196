import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ConfigError } from '../../../src/config/config-error.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { Config } from '../../../src/config/schema/schema.ts'

const base = `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
`

function load(t: Test, pages: string): Config {
  const folder = t.testdir({ 'gateway.yaml': `${base}pages: ${pages}\n` })
  return loadConfig(join(folder, 'gateway.yaml'), {})
}

t.test('nothing is needed', async (t) => {
  t.strictSame(load(t, '{}').pages, {})
})

t.test('a colour must be readable on its ground', async (t) => {
  for (const good of ['{ accent: "#767676" }', '{ accentDark: "#FFFFFF" }', '{ accent: "#0B57D0" }']) {
    t.doesNotThrow(() => load(t, good), good)
  }
  const light = 'write a colour as #rrggbb whose contrast to #ffffff is at least 4.5 to 1'
  const dark = light.replace('#ffffff', '#191e25')
  const cases: Record<string, string> = {
    '{ accent: "#777777" }': `8 pages.accent: is hard to read (WCAG 2.2 AA): its contrast is 4.4 to 1; ${light}`,
    '{ accent: "#ffee00" }': `8 pages.accent: is hard to read (WCAG 2.2 AA): its contrast is 1.2 to 1; ${light}`,
    '{ accent: "" }': `8 pages.accent: is empty; ${light}`,
    '{ accent: red }': `8 pages.accent: is not a colour; ${light}`,
    '{ accent: "#fff" }': `8 pages.accent: is not a colour; ${light}`,
    '{ accentDark: "#0b57d0" }': `2 pages.accentDark: is hard to read (WCAG 2.2 AA): its contrast is 2.6 to 1; ${dark}`,
  }
  for (const [pages, told] of Object.entries(cases)) {
    const error = t.throws(() => load(t, pages)) as ConfigError
    t.type(error, ConfigError)
    t.ok(error.message.endsWith(told), `${pages}: ${error.message}`)
  }
})
