import t from 'tap'
import { browserIdOf, readBrowser } from '../../src/edge/browser.ts'

const cookie = 'A'.repeat(43)
const device = '2f1b7c1e-7a55-4f0c-9a5e-0d6c3a0f9b11'
const other = '8c1e2b7f-557a-4c0f-9a5e-9b110d6c3a0f'

t.test('what is known of a browser', (t) => {
  const cases: [string, Record<string, string>, Record<string, string>][] = [
    ['nothing', {}, {}],
    ['our cookie', { cookie: `a=b; step-up=${cookie}` }, { id: browserIdOf(cookie) }],
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
    t.strictSame(
      readBrowser(headers, '192.0.2.1', { name: 'step-up', deviceName: 'step-up-device' }),
      { address: '192.0.2.1', ...expected },
      name,
    )
  }
  t.end()
})

t.test('the id of a browser is not its cookie', (t) => {
  t.notMatch(browserIdOf(cookie), cookie)
  t.not(browserIdOf(cookie), browserIdOf('B'.repeat(43)))
  t.end()
})
