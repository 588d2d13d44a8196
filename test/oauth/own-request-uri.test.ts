import t from 'tap'
import { readOwnRequestUri } from '../../src/oauth/own-request-uri.ts'

const endpoint = new URL('https://id.example.com/connect/authorize')
const own = 'client_id=web&request_uri=urn:x:1'

const table: [name: string, location: string, requestUri: string | undefined][] = [
  ['relative', `/connect/authorize?${own}`, 'urn:x:1'],
  ['absolute', `${endpoint}?${own}`, 'urn:x:1'],
  ['escaped', '/connect/authorize?request_uri=urn%3Ax%3A1&client_id=web', 'urn:x:1'],
  ['elsewhere', `https://evil.example/connect/authorize?${own}`, undefined],
  ['at another path', `/connect/authorize/callback?${own}`, undefined],
  ['of another client', '/connect/authorize?client_id=other&request_uri=urn:x:1', undefined],
  ['with more beside it', `/connect/authorize?${own}&scope=openid`, undefined],
  ['twice', `/connect/authorize?${own}&request_uri=urn:x:2`, undefined],
  ['at a web address', '/connect/authorize?client_id=web&request_uri=https://x.example/1', undefined],
  ['without one', '/connect/authorize?client_id=web&x=urn:x:1', undefined],
  ['no URL', 'https://[', undefined],
]
for (const [name, location, requestUri] of table) {
  t.test(`a request URI of the OP's own: ${name}`, async (t) => {
    t.equal(readOwnRequestUri(location, endpoint, 'web')?.requestUri, requestUri)
  })
}
