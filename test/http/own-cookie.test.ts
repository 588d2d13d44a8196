import t from 'tap'
import { chooseCookieRules } from '../../src/http/own-cookie.ts'
import { makeConfig } from '../upstream/config.ts'

const hour = 3_600_000

function rulesFor(publicUrl: string, ...remembers: number[]) {
  const config = makeConfig({ publicUrl })
  const clients = new Map(remembers.map((remember, index) => [`${index}`, { ...config.defaults, remember }]))
  return chooseCookieRules({ ...config, clients })
}

t.test('over TLS no other host of the domain can set it', async (t) => {
  t.strictSame(rulesFor('https://login.example.com'), {
    name: '__Host-step-up',
    visitPrefix: '__Host-step-up-at-',
    deviceName: '__Host-step-up-device',
    options: { path: '/', httpOnly: true, secure: true, sameSite: 'lax' },
    visitOptions: { path: '/', httpOnly: true, secure: true, sameSite: 'lax', maxAge: 3600 },
  })
})

t.test('on loopback there may be no TLS', async (t) => {
  t.match(rulesFor('http://localhost:4400'), { name: 'step-up', options: { httpOnly: true, secure: false } })
})

t.test('it outlives the browser only where a step-up is remembered longer than one takes', async (t) => {
  t.equal(rulesFor('https://a', 0, 600_000).options.maxAge, undefined)
  t.equal(rulesFor('https://a', 0, 2 * hour, hour).options.maxAge, 7200)
})

t.test('what pages and passkeys remember counts too', async (t) => {
  const config = makeConfig({ publicUrl: 'https://a' })
  const policy = { ...config.defaults, remember: 3 * hour }
  const page = { name: '/account', path: '/account', httpMethods: [], policy }
  t.equal(chooseCookieRules({ ...config, protectedPaths: [page] }).options.maxAge, 3 * 3600)
  t.equal(chooseCookieRules({ ...config, passkeys: { tenantId: 't', policy } }).options.maxAge, 3 * 3600)
})
