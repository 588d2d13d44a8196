import t from 'tap'
import { loosenRedirectUri } from '../../src/http/loose-redirect-uri.ts'

/** Of each row an OP could take every URI for the first. */
const alike: string[][] = [
  [
    'https://app.example.com/cb',
    'HTTPS://APP.example.com:443/CB/?a=b#c',
    'https://app.example.com../%63b',
    'https://app.example.com//x/../Cb;y=1',
    'https://user:pw@app.example.com/cb',
    'https://@app.example.com\\cb',
    ' https:app.example.com/c\tb',
    'https://\uff41pp.example.com/%EF%BD%83b',
    'https://app\u3002example\u3002com/cb%CC%81',
  ],
  ['https://app.example.com', 'https://app.example.com/', 'https://app.example.com?x'],
  ['http://127.0.0.1/cb', 'http://localhost:51004/CB', 'http://[0:0:0:0:0:0:0:1]:1/cb/'],
  ['https://127.0.0.1:5002/cb', 'https://localhost:5002/CB', 'https://[::1]:5002/cb/'],
  ['com.example.app:/cb', 'Com.Example.App:///CB?x', 'com.example.app://cb/', 'com.example.app://u@%43b'],
  ['urn:ietf:wg:oauth:2.0:oob', 'URN:IETF:wg:oauth:2.0:OOB'],
]

/** Of each pair no OP takes one for the other. */
const different: [string, string][] = [
  ['https://app.example.com/cb', 'http://app.example.com/cb'],
  ['https://app.example.com/cb', 'https://app.example.com:8443/cb'],
  ['https://app.example.com/cb', 'https://other.example.com/cb'],
  ['https://app.example.com/cb', 'https://app.example.com/cb2'],
  ['https://app.example.com/cb', 'https://app.example.com/cb/x'],
  ['http://127.0.0.2/cb', 'http://127.0.0.1/cb'],
  ['http://localhost/cb', 'https://localhost/cb'],
  ['https://localhost:5002/cb', 'https://localhost:5003/cb'],
  ['https://localhost:5002/cb', 'https://localhost/cb'],
  ['com.example.app:/cb', 'com.example.other:/cb'],
]

t.test('spellings that an OP could take for each other are one', async (t) => {
  for (const [first = '', ...others] of alike) {
    t.type(loosenRedirectUri(first), 'string')
    for (const other of others) t.equal(loosenRedirectUri(other), loosenRedirectUri(first), other)
  }
})

t.test('everything else is apart', async (t) => {
  for (const [one, other] of different) t.not(loosenRedirectUri(one), loosenRedirectUri(other), other)
})

t.test('what leads to no client has no form', async (t) => {
  for (const uri of ['', '/cb', 'cb', 'https://', 'javascript:x', 'data:text/html,x', 'blob:https://a/b'])
    t.equal(loosenRedirectUri(uri), undefined, uri)
})
