import t from 'tap'
import { redirectUriKey } from '../../../src/config/redirect-uri-key.ts'
import { redirectUri } from '../../../src/config/schema/redirect-uri.ts'

const fit = [
  'https://a.example/cb',
  'https://A.example:443/cb?x',
  'https://a.example/C%2fd',
  'http://127.0.0.1:1234/cb',
  'http://[::1]:1234/cb',
  'http://127.0.0.1/*',
  'http://[::1]/*',
  'http://localhost/*',
  'com.example.app:/cb?x',
  'myapp://cb/',
  'urn:ietf:wg:oauth:2.0:oob',
]

const unfit = [
  'view-source:https://a/b',
  'ws://a/b',
  'wss://a/b',
  'ftp://a/b',
  'blob:https://a/b',
  'myapp://u@cb',
  'about:blank',
  'https://a.example/*',
  'https://*.a.example/cb',
  'https://127.0.0.1/*',
  'http://127.0.0.1:1234/*',
  'http://127.0.0.1/cb/*',
  'http://127.0.0.1/*?x',
  'http://127.0.0.2/*',
  'http://app.localhost/*',
  'http://LOCALHOST/*',
  'com.example.app:/*',
  'https://',
  '/cb',
  '',
]

t.test('what is accepted can be compared', async (t) => {
  for (const uri of fit) {
    t.ok(redirectUri.safeParse(uri).success, uri)
    t.type(redirectUriKey(uri), 'string', uri)
  }
})

t.test('what leads to no client is refused', async (t) => {
  for (const uri of unfit) t.notOk(redirectUri.safeParse(uri).success, uri)
})
