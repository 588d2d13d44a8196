import type { IncomingMessage } from 'node:http'
import t from 'tap'
import {
  createFindClientAddress,
  createIsFromProxy,
  type ForwardingHeader,
  parseAddress,
} from '../../src/http/client-address.ts'

const forms: [text: string, address: string | undefined][] = [
  ['203.0.113.7', '203.0.113.7'],
  [' 203.0.113.7 ', '203.0.113.7'],
  ['203.0.113.7:50000', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
  ['[::ffff:203.0.113.7]:50000', '203.0.113.7'],
  ['2001:DB8:0:0::7', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['[2001:db8::7]:50000', '2001:db8::7'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
  ['', undefined],
  ['unknown', undefined],
  ['_hidden', undefined],
  ['203.0.113.7:', undefined],
  ['203.0.113.7:123456', undefined],
  ['203.0.113', undefined],
  ['203.0.113.7, 203.0.113.8', undefined],
  ['[2001:db8::7', undefined],
  ['example.com', undefined],
]

for (const [text, address] of forms) {
  t.test(`${JSON.stringify(text)} is ${address ?? 'no address'}`, async (t) => {
    t.equal(parseAddress(text), address)
  })
}

const networks = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8']

function find(
  header: ForwardingHeader | undefined,
  remoteAddress: string | undefined,
  value?: string | string[],
) {
  const name = header === 'Forwarded' ? 'forwarded' : 'x-forwarded-for'
  const headers = value === undefined ? {} : { [name]: value }
  return createFindClientAddress(networks, header)({ socket: { remoteAddress }, headers } as IncomingMessage)
}

const forwardedFor: [text: string, socket: string | undefined, header: string | undefined, client: string][] =
  [
    ['no header', '127.0.0.1', undefined, '127.0.0.1'],
    ['an empty header', '127.0.0.1', '', '127.0.0.1'],
    ['a peer that is not trusted', '203.0.113.1', '6.6.6.6', '203.0.113.1'],
    ['a socket that is gone', undefined, '6.6.6.6', ''],
    ['one hop', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['one hop with a port', '127.0.0.1', '203.0.113.7:50000', '203.0.113.7'],
    ['a network of IPv6', 'fd12::1', '[2001:db8::7]:50000', '2001:db8::7'],
    ['a peer in IPv6 notation', '::ffff:10.1.2.3', '203.0.113.7', '203.0.113.7'],
    ['proxies in a row, with ports', '127.0.0.1', '6.6.6.6, 203.0.113.7:1, 10.1.1.1:443', '203.0.113.7'],
    ['trusted proxies only', '127.0.0.1', '10.0.0.2, 10.0.0.1', '10.0.0.2'],
    ['a hop that is no address', '127.0.0.1', '203.0.113.7, unknown, 10.0.0.1', '10.0.0.1'],
  ]

for (const [text, socket, header, client] of forwardedFor) {
  t.test(`X-Forwarded-For: ${text}`, async (t) => {
    t.equal(find(undefined, socket, header), client)
  })
}

const forwarded: [text: string, header: string | undefined, client: string][] = [
  ['no header', undefined, '127.0.0.1'],
  ['one element', 'for=203.0.113.7;proto=https;by=10.0.0.1', '203.0.113.7'],
  ['a quoted node with a port', 'by=x; For="203.0.113.7:50000"', '203.0.113.7'],
  ['IPv6', 'proto=https;for="[2001:db8::7]:443"', '2001:db8::7'],
  ['elements in a row', 'for=6.6.6.6, for=203.0.113.7, for="10.0.0.1:1";by=_x', '203.0.113.7'],
  ['a comma in quotes', 'for=203.0.113.7;secret="a,for=6.6.6.6"', '203.0.113.7'],
  ['an escaped quote', 'for=203.0.113.7;secret="\\",for=6.6.6.6"', '203.0.113.7'],
  ['a quote without end', 'for=203.0.113.7;secret="', '203.0.113.7'],
  ['an obfuscated node', 'for=203.0.113.7, for=_hidden', '127.0.0.1'],
  ['an element without a node', 'for=203.0.113.7, proto=https', '127.0.0.1'],
  ['two nodes in one element', 'for=203.0.113.7;for=6.6.6.6', '127.0.0.1'],
  ['nothing but commas', ',', '127.0.0.1'],
]

for (const [text, header, client] of forwarded) {
  t.test(`Forwarded: ${text}`, async (t) => {
    t.equal(find('Forwarded', '127.0.0.1', header), client)
  })
}

t.test('two headers are one', async (t) => {
  t.equal(find('Forwarded', '127.0.0.1', ['for=6.6.6.6', 'for=203.0.113.7']), '203.0.113.7')
})

t.test('the header that is not named is not read', async (t) => {
  const headers = { 'x-forwarded-for': '6.6.6.6' }
  const request = { socket: { remoteAddress: '127.0.0.1' }, headers } as unknown as IncomingMessage
  t.equal(createFindClientAddress(networks, 'Forwarded')(request), '127.0.0.1')
})

t.test('whether it is a proxy that sends', async (t) => {
  const isFromProxy = createIsFromProxy(['10.0.0.0/8', 'fd00::/8'])
  const table: [address: string | undefined, expected: boolean][] = [
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['fd00::1', true],
    ['127.0.0.1', false],
    ['::ffff:127.0.0.1', false],
    ['2001:db8::1', false],
    [undefined, false],
  ]
  for (const [remoteAddress, expected] of table) {
    const request = { socket: { remoteAddress } } as unknown as IncomingMessage
    t.equal(isFromProxy(request), expected, String(remoteAddress))
    t.equal(isFromProxy(request), expected, 'a later request on the same connection')
    t.notOk(createIsFromProxy([])(request))
  }
})
