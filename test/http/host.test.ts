import t from 'tap'
import { normalizeHost, requireKnownHost } from '../../src/http/host.ts'

const allowed = new Set(['login.example.com', 'op.internal:8080', '[::1]:8080', 'odd.example.com:443'])

const known = [
  'login.example.com',
  'LOGIN.Example.com',
  'login.example.com:443',
  'login.example.com:80',
  'op.internal:8080',
  '[::1]:8080',
  'odd.example.com:443',
]

for (const host of known) {
  t.test(`knows ${host}`, async (t) => {
    t.doesNotThrow(() => requireKnownHost(['Accept', 'x', 'HOST', host], allowed))
  })
}

const unknown: [title: string, rawHeaders: string[]][] = [
  ['H-13 none', []],
  ['H-13 none but a value of that name', ['X-A', 'host', 'Accept', 'login.example.com']],
  ['H-13 two', ['Host', 'login.example.com', 'host', 'evil.example']],
  ['H-13 two equal ones', ['Host', 'login.example.com', 'Host', 'login.example.com']],
  ['H-13 an empty one', ['Host', '']],
  ['X-01 another one', ['Host', 'evil.example']],
  ['H-13 a user name', ['Host', 'login.example.com@evil.example']],
  ['H-13 a user name in front', ['Host', 'evil@login.example.com']],
  ['H-13 another port', ['Host', 'login.example.com:8443']],
  ['H-13 a missing port', ['Host', 'op.internal']],
  ['H-13 two ports', ['Host', 'login.example.com:443:443']],
  ['H-13 a path', ['Host', 'login.example.com/x']],
  ['H-13 a trailing dot', ['Host', 'login.example.com.']],
  ['H-13 a list', ['Host', 'login.example.com, login.example.com']],
  ['H-13 a subdomain', ['Host', 'a.login.example.com']],
]

for (const [title, rawHeaders] of unknown) {
  t.test(`refuses ${title}`, async (t) => {
    t.throws(() => requireKnownHost(rawHeaders, allowed), { code: 'unknown_host', statusCode: 400 })
  })
}

t.test('normalizes a host as it is listed', async (t) => {
  t.equal(normalizeHost('Login.Example.com:443'), 'login.example.com')
  t.equal(normalizeHost('login.example.com:8443'), 'login.example.com:8443')
  t.equal(normalizeHost('[::1]:80'), '[::1]')
})
