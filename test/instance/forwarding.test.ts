import t from 'tap'
import {
  adviseOnForwarding,
  createFindLikelyProxy,
  createReadForwarding,
} from '../../src/instance/forwarding.ts'

type Case = [
  name: string,
  config: { trustedProxies?: string[]; forwardingHeader?: 'X-Forwarded-For' | 'Forwarded' },
  request: { peer?: string | undefined; headers?: Record<string, string> },
  state: string,
  header: string,
  isLikely: boolean,
]
const trusted = { trustedProxies: ['10.0.0.0/8'] }
const xff = { headers: { 'x-forwarded-for': '192.0.2.1' } }

const cases: Case[] = [
  ['nobody in front', {}, {}, 'none', 'X-Forwarded-For', false],
  ['a proxy that is listed', trusted, { ...xff, peer: '10.1.1.1' }, 'believed', 'X-Forwarded-For', false],
  ['a proxy that is listed and silent', trusted, { peer: '10.1.1.1' }, 'missing', 'X-Forwarded-For', false],
  ['a proxy that is not listed', {}, { ...xff, peer: '172.16.0.1' }, 'ignored', 'X-Forwarded-For', true],
  [
    'a proxy on this machine',
    trusted,
    { ...xff, peer: '::ffff:127.0.0.1' },
    'ignored',
    'X-Forwarded-For',
    true,
  ],
  ['a stranger', trusted, { ...xff, peer: '203.0.113.7' }, 'ignored', 'X-Forwarded-For', false],
  ['the other header', {}, { headers: { forwarded: 'for=192.0.2.1' } }, 'ignored', 'Forwarded', true],
  ['the other way round', { forwardingHeader: 'Forwarded' }, xff, 'ignored', 'X-Forwarded-For', true],
  ['a connection that has gone', {}, { ...xff, peer: undefined }, 'ignored', 'X-Forwarded-For', false],
]

for (const [name, config, { headers = {}, ...request }, state, header, isLikely] of cases) {
  const peer = 'peer' in request ? request.peer : '127.0.0.1'
  const settings = { trustedProxies: [], forwardingHeader: 'X-Forwarded-For' as const, ...config }
  const read = createReadForwarding(settings)
  const socket = { remoteAddress: peer } as never
  const found = read({ socket, headers })
  t.match(found, { state, header }, name)
  t.same(createFindLikelyProxy(settings)({ socket, headers }), isLikely ? found : undefined, name)
  t.match(adviseOnForwarding(found), header)
}
