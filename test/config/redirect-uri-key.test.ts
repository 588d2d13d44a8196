import t from 'tap'
import { anyPathOf, redirectUriKey } from '../../src/config/redirect-uri-key.ts'
import { workMs } from '../lab/work-ms.ts'

const app = 'https://app.example.com/cb'

const keys: [uri: string, key: string][] = [
  [app, app],
  [`${app}?a=b&code=x`, app],
  [`${app}#code=x`, app],
  [`${app}?a=b#code=x`, app],
  ['HTTPS://APP.Example.COM/cb', app],
  ['https://app.example.com:443/cb', app],
  ['https://app.example.com./cb', app],
  ['https://app%2Eexample.com/cb', app],
  ['https://app.example.com/x/../cb', app],
  ['https://app.example.com/%63b', app],
  ['https://app.example.com/CB', 'https://app.example.com/CB'],
  ['https://app.example.com/cb/', 'https://app.example.com/cb/'],
  ['https://app.example.com:8443/cb', 'https://app.example.com:8443/cb'],
  ['http://app.example.com/cb', 'http://app.example.com/cb'],
  ['https://app.example.com', 'https://app.example.com/'],
  ['https://app.example.com?x', 'https://app.example.com/'],
  ['https://app.example.com/c%2fb%20%e9', 'https://app.example.com/c%2Fb%20%E9'],
  ['https://app.example.com/%2541', 'https://app.example.com/%2541'],
  ['https://app.example.com/a@b', 'https://app.example.com/a@b'],
  ['https://app.example.com?u=a@b', 'https://app.example.com/'],
  ['http://127.0.0.1/cb', 'http://127.0.0.1:*/cb'],
  ['http://127.0.0.1:51004/cb?x', 'http://127.0.0.1:*/cb'],
  ['http://[::1]:51004/cb', 'http://[::1]:*/cb'],
  ['http://[0:0:0:0:0:0:0:1]/cb', 'http://[::1]:*/cb'],
  ['http://localhost:3000/cb', 'http://localhost:*/cb'],
  ['https://localhost:3000/cb', 'https://localhost:3000/cb'],
  ['https://127.0.0.1/cb', 'https://127.0.0.1/cb'],
  ['http://127.0.0.2:3000/cb', 'http://127.0.0.2:3000/cb'],
  ['http://localhost.evil.example:3000/cb', 'http://localhost.evil.example:3000/cb'],
  ['com.example.app:/cb?code=x', 'com.example.app:/cb'],
  ['com.example.app:cb', 'com.example.app:cb'],
  ['com.example.other:/cb', 'com.example.other:/cb'],
  ['myapp://cb', 'myapp://cb'],
  ['myapp://cb?code=x#y', 'myapp://cb'],
  ['MyApp://cb/path', 'myapp://cb/path'],
  ['myapp://', 'myapp://'],
  ['urn:ietf:wg:oauth:2.0:oob', 'urn:ietf:wg:oauth:2.0:oob'],
]

for (const [uri, key] of keys) {
  t.test(`the key of ${uri}`, async (t) => t.equal(redirectUriKey(uri), key))
}

const none: [title: string, uri: string][] = [
  ['nothing', ''],
  ['a path', '/cb'],
  ['a host without a scheme', '//app.example.com/cb'],
  ['a word', 'cb'],
  ['a query', '?code=x'],
  ['a user name', 'https://app.example.com@evil.example/cb'],
  ['an empty user name', 'https://@app.example.com/cb'],
  ['a password', 'https://a:b@app.example.com/cb'],
  ['a user name of a custom scheme', 'myapp://a@cb'],
  ['no host', 'https://'],
  ['no host but a path', 'https:///app.example.com/cb'],
  ['an impossible host', 'https://a b/cb'],
  ['an impossible port', 'https://app.example.com:99999/cb'],
  ['O-03 one slash', 'https:/app.example.com/cb'],
  ['O-03 no slash', 'https:app.example.com/cb'],
  ['O-03 backslashes', 'https:\\\\app.example.com\\cb'],
  ['O-03 a backslash in the authority', 'https://evil.example\\@app.example.com/cb'],
  ['O-03 a backslash in the query', `${app}?a=\\`],
  ['O-03 a tab', 'https://app.exam\tple.com/cb'],
  ['O-03 a newline', `${app}\n`],
  ['O-03 a space in front', ` ${app}`],
  ['O-03 a vertical tab', `\v${app}`],
  ['O-03 a zero-width space', 'https://app\u200b.example.com/cb'],
  ['O-03 an ideographic dot', 'https://app\u3002example.com/cb'],
  ['O-03 raw UTF-8', 'https://app.example.com/é'],
  ['javascript', 'javascript:alert(1)'],
  ['javascript in another case', 'JavaScript://app.example.com/%0aalert(1)'],
  ['data', 'data:text/html,x'],
  ['a file', 'file:///etc/passwd'],
  ['a blob', 'blob:https://app.example.com/x'],
  ['a web socket', 'wss://app.example.com/cb'],
]

for (const [title, uri] of none) {
  t.test(`no key for ${title}`, async (t) => t.equal(redirectUriKey(uri), undefined))
}

t.test('any path is what plain http on this machine may have', async (t) => {
  for (const [uri, any] of [
    ['http://127.0.0.1:51004/some/path?x', 'http://127.0.0.1/*'],
    ['http://[::1]/', 'http://[::1]/*'],
    ['http://LOCALHOST./cb', 'http://localhost/*'],
    ['http://127.0.0.1/*', 'http://127.0.0.1/*'],
    ['https://127.0.0.1/cb', undefined],
    ['http://127.0.0.2/cb', undefined],
    ['http://localhost.evil.example/cb', undefined],
    ['http://app.localhost/cb', undefined],
    ['com.example.app:/cb', undefined],
    ['no URI', undefined],
  ] as const) {
    t.equal(anyPathOf(uri), any, uri)
  }
})

t.test('keys are stable', async (t) => {
  for (const [uri] of keys) {
    const key = redirectUriKey(uri) ?? ''
    if (!key.includes(':*')) t.equal(redirectUriKey(key), key, key)
  }
})

t.test('D-06 reads adversarial URIs fast', async (t) => {
  const size = 256 * 1024
  for (const uri of [
    `https://a/${'%'.repeat(size)}`,
    `https://a/${'../'.repeat(size / 3)}`,
    `a${'/'.repeat(size)}`,
  ]) {
    t.ok((await workMs(() => redirectUriKey(uri))) < 5000)
  }
})
