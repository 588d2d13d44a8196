import t from 'tap'
import { redirectUri, toRedirectUriKey } from '../../src/config/redirect-uri.ts'
import { redirectUriKey } from '../../src/edge/redirect-uri.ts'

const cases: [uri: string, key: string | undefined][] = [
  ['https://a.example/cb', 'https://a.example/cb'],
  ['https://A.example:443/cb?x#y', 'https://a.example/cb'],
  ['https://a.example./c%62', 'https://a.example/cb'],
  ['https://a.example:8443/cb', 'https://a.example:8443/cb'],
  ['https://a.example/C%2fd', 'https://a.example/C/d'],
  ['http://127.0.0.1:1234/cb', 'http://127.0.0.1/cb'],
  ['http://127.0.0.1/cb', 'http://127.0.0.1/cb'],
  ['http://[::1]:1234/cb', 'http://[::1]/cb'],
  ['http://localhost:1234/cb', 'http://localhost/cb'],
  ['com.example.app:/cb?x', 'com.example.app:/cb'],
  ['COM.example.app:/cb', 'com.example.app:/cb'],
  ['myapp://cb/#x', 'myapp://cb/'],
  ['urn:ietf:wg:oauth:2.0:oob', 'urn:ietf:wg:oauth:2.0:oob'],
  ['/cb', undefined],
  ['', undefined],
]

for (const [uri, key] of cases) t.equal(toRedirectUriKey(uri), key, JSON.stringify(uri))

t.test('what the edge takes for one URI is one here', async (t) => {
  for (const [uri] of cases) {
    for (const [other] of cases) {
      if (redirectUriKey(uri) === undefined || redirectUriKey(uri) !== redirectUriKey(other)) continue
      t.equal(toRedirectUriKey(uri), toRedirectUriKey(other), `${uri} ${other}`)
    }
  }
})

t.test('the edge can read what is accepted', async (t) => {
  const unfit = [
    'view-source:https://a/b',
    'ws://a/b',
    'wss://a/b',
    'ftp://a/b',
    'blob:https://a/b',
    'myapp://u@cb',
  ]
  for (const uri of [...unfit, 'about:blank', 'https://', 'x:', ...cases.map(([uri]) => uri)]) {
    const isAccepted = redirectUri.safeParse(uri).success
    if (isAccepted) t.type(redirectUriKey(uri), 'string', uri)
    else t.notOk(isAccepted, uri)
  }
  for (const uri of unfit) t.notOk(redirectUri.safeParse(uri).success, uri)
})
