import t from 'tap'
import { refuseUpgrade } from '../../src/http/upgrade.ts'

t.test('a request for another protocol is refused, and one for another HTTP is not', async (t) => {
  for (const [connection, upgrade, isRefused, httpVersion = '1.1'] of [
    ['Upgrade', 'websocket', true],
    ['keep-alive, UPGRADE', 'WebSocket', true],
    ['upgrade', 'h2c, websocket', true],
    ['upgrade', 'SPDY/3.1', true],
    ['upgrade', 'x', true],
    ['upgrade', 'websocket', false, '1.0'],
    ['Upgrade, HTTP2-Settings', 'h2c', false],
    ['upgrade', 'H2C', false],
    ['upgrade', 'TLS/1.0, HTTP/1.1', false],
    ['upgrade', 'HTTP/2.0', false],
    ['upgrade', undefined, false],
    ['upgrade', '', false],
    ['keep-alive', 'websocket', false],
    [undefined, 'websocket', false],
  ] as const) {
    const headers = { ...(connection && { connection }), ...(upgrade !== undefined && { upgrade }) }
    const read = () => refuseUpgrade({ headers, httpVersion })
    const name = `${connection}: ${upgrade} in HTTP/${httpVersion}`
    if (isRefused) t.throws(read, { code: 'unsupported_upgrade' }, name)
    else t.doesNotThrow(read, name)
  }
})
