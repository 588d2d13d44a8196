import t from 'tap'
import { findGatewayDoors } from '../../src/doors/gateway-doors.ts'
import { pems } from '../config/pems.ts'
import { makeConfig } from '../upstream/config.ts'

const { address, ca, localhost, public: named } = pems
const today = Date.parse('2027-01-01')
const byProxy = { trustedProxies: ['10.0.0.1'] }

type Change = Partial<ReturnType<typeof makeConfig>>
const listen = (tls: { cert: string; key: string }): Change => ({ listen: { host: '::', port: 443, tls } })
const config = (change: Change, publicUrl = 'https://login.example.com') => ({
  ...makeConfig({ publicUrl }),
  ...change,
})

const cases: [name: string, config: ReturnType<typeof makeConfig>, doors: string[], now?: string][] = [
  ['TLS ends here', config(listen(named)), []],
  ['TLS ends in front, and that is believed', config(byProxy), []],
  ['on this machine', config({}, 'http://localhost:3000'), []],
  [
    'TLS ends in front',
    config({}),
    [
      'trustedProxies: something in front terminates TLS, and is believed nothing: all users seem to have its address, and share the limits by address',
    ],
  ],
  [
    'the name of another host',
    config(listen(localhost)),
    ['listen.tls.cert: the certificate does not name login.example.com, so browsers and clients refuse it'],
  ],
  ['the name of another host behind a proxy', config({ ...listen(localhost), ...byProxy }), []],
  ['an address', config(listen(address), 'https://127.0.0.1'), []],
  [
    'another address',
    config(listen(address), 'https://[::1]'),
    ['listen.tls.cert: the certificate does not name ::1, so browsers and clients refuse it'],
  ],
  [
    'not valid yet',
    config(listen(named)),
    ['listen.tls.cert: a certificate is valid from 2026-11-22 only'],
    '2020-01-01',
  ],
  ['expired', config(listen(named)), ['listen.tls.cert: a certificate expired on 2126-10-29'], '2126-11-01'],
  [
    'expires soon, with those of the upstream',
    {
      ...config(listen(named)),
      ...{ upstream: makeConfig({ upstream: { tls: { ...localhost, ca } } }).upstream },
    },
    [
      'listen.tls.cert: a certificate expires on 2126-10-29, in 9 days',
      'upstream.tls.cert: a certificate expires on 2126-10-29, in 9 days',
      'upstream.tls.ca: a certificate expires on 2126-10-29, in 9 days',
    ],
    '2126-10-20',
  ],
]
for (const [name, given, doors, now] of cases) {
  const found = findGatewayDoors(given, now === undefined ? today : Date.parse(now))
  t.same(
    found.map(({ subject, meaning }) => `${subject}: ${meaning}`),
    doors,
    name,
  )
  t.ok(found.every(({ level, remedy }) => level === 'breaks' && remedy))
}
