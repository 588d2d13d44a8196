import t from 'tap'
import { nameOf, parseUserAgent } from '../../src/stand-in/model/user-agent.ts'

t.test('a passkey is named after the browser and the system', async (t) => {
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
  const table: [ua: string, name: string, version?: string][] = [
    [`Mozilla/5.0 (X11; Linux x86_64) ${webkit} Chrome/148.0.1.2 Safari/537.36`, 'Chrome on Linux', ''],
    [
      `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/148.0 Safari/537.36 Edg/148.0`,
      'Edge on Windows',
      '10.0',
    ],
    [`Mozilla/5.0 (Linux; Android 16; K) ${webkit} Chrome/148.0 Mobile`, 'Chrome on Android', '16'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox on Linux', ''],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 19_1) ${webkit} Version/19.1 Safari/1`, 'Safari on iOS', '19.1'],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/19.1 Safari/1`, 'Safari on Mac OS'],
    ['curl/8', 'Passkey'],
    ['', 'Passkey'],
  ]
  for (const [ua, name, version] of table) {
    const parsed = parseUserAgent(ua)
    t.equal(nameOf(parsed), name)
    t.equal(parsed.ua, ua)
    if (version !== undefined) t.equal(parsed.os?.version, version, ua)
  }
})
