import t from 'tap'
import { browserIdOf, readBrowser } from '../../src/http/browser.ts'

const cookie = 'A'.repeat(43)
const device = '2f1b7c1e-7a55-4f0c-9a5e-0d6c3a0f9b11'
const names = { name: 'step-up', visitPrefix: 'step-up-at-', deviceName: 'step-up-device' }
const other = '8c1e2b7f-557a-4c0f-9a5e-9b110d6c3a0f'

const nothing = {
  address: '192.0.2.1',
  ids: [],
  userAgent: undefined,
  deviceId: undefined,
  ownDeviceId: undefined,
  locale: undefined,
}

t.test('what is known of a browser', (t) => {
  const cases: [string, Record<string, string>, object][] = [
    ['nothing', {}, {}],
    ['our cookie', { cookie: `a=b; step-up=${cookie}` }, { ids: [browserIdOf(cookie)] }],
    [
      'the cookies of two visits',
      { cookie: `step-up-at-one=${cookie}; step-up-at-two=${'B'.repeat(43)}` },
      { ids: [browserIdOf(cookie), browserIdOf('B'.repeat(43))] },
    ],
    [
      'our cookie before that of a visit, the same value once',
      { cookie: `step-up-at-one=${cookie}; step-up-at-two=${'B'.repeat(43)}; step-up=${'B'.repeat(43)}` },
      { ids: [browserIdOf('B'.repeat(43)), browserIdOf(cookie)] },
    ],
    ['a visit twice is none', { cookie: `step-up-at-one=${cookie}; step-up-at-one=${cookie}` }, {}],
    ['our cookie twice is none', { cookie: `step-up=${cookie}; step-up=${cookie}x` }, {}],
    ['a user agent', { 'user-agent': 'x'.repeat(600) }, { userAgent: 'x'.repeat(512) }],
    ['a device id', { cookie: `a=b; __as_aid=${device}` }, { deviceId: device }],
    ['the first cookie', { cookie: `__as_aid=${device}; a=b` }, { deviceId: device }],
    [
      'a device id of ours',
      { cookie: `__as_aid=${other}; step-up-device=${device}` },
      { deviceId: device, ownDeviceId: device },
    ],
    ['two of ours are none', { cookie: `step-up-device=${other}; step-up-device=${device}` }, {}],
    ['no device id, but markup', { cookie: '__as_aid=<script>' }, {}],
    ['a device id with more behind it', { cookie: `__as_aid=${device}0` }, {}],
    ['another cookie that ends so', { cookie: `x__as_aid=${device}` }, {}],
    ['a language', { 'accept-language': 'de-CH, de;q=0.9' }, { locale: 'de-CH' }],
    ['a language with a weight', { 'accept-language': ' en;q=0.5' }, { locale: 'en' }],
    ['any language', { 'accept-language': '*' }, {}],
    ['no language, but text', { 'accept-language': 'de"><b>' }, {}],
  ]
  for (const [name, headers, expected] of cases) {
    t.strictSame(readBrowser(headers, '192.0.2.1', names), { ...nothing, ...expected }, name)
  }
  t.end()
})

t.test('the id of a browser is not its cookie', (t) => {
  t.notMatch(browserIdOf(cookie), cookie)
  t.not(browserIdOf(cookie), browserIdOf('B'.repeat(43)))
  t.end()
})
