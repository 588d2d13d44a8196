import t from 'tap'
import { holdsSignInToken, signInTokenType } from '../../src/passkeys/sign-in-token.ts'

const encode = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url')
const headers = [{}, { x: 1 }, { x: 11 }, { x: 111 }].flatMap((more) => [
  { ...more, alg: 'ES256', typ: signInTokenType },
  { ...more, typ: signInTokenType, alg: 'ES256' },
])
const escapeAll = (text: string, sign = '%') =>
  text.replace(/./g, (letter) => sign + letter.charCodeAt(0).toString(16).padStart(2, '0'))

const spellings: [title: string, spell: (jwt: string) => string][] = [
  ['as it is', (jwt) => `/a?token=${jwt}&b=%20`],
  ['escaped', (jwt) => `/a?token=${escapeAll(jwt)}`],
  ['escaped in upper case', (jwt) => `/a?token=${escapeAll(jwt).toUpperCase()}`],
  ['in part', (jwt) => `/a?token=%${jwt.charCodeAt(0).toString(16)}${jwt.slice(1)}`],
  ['escaped twice', (jwt) => escapeAll(escapeAll(jwt))],
  ['escaped three times', (jwt) => escapeAll(jwt).replaceAll('%', '%2525')],
  ['after broken escapes', (jwt) => `%%4%zz%u0041\\u00\\u004${escapeAll(jwt)}%`],
  ['in JSON', (jwt) => `{"token":"${escapeAll(jwt, '\\u00')}"}`],
  ['in UTF-16', (jwt) => jwt.replace(/./g, '\0$&')],
  ['among other bytes', (jwt) => `\xff\xfe${jwt}\xff`],
]
for (const [title, spell] of spellings) {
  t.test(`a JWT of a sign-in is found ${title}`, async (t) => {
    for (const header of headers) t.ok(holdsSignInToken(spell(`${encode(header)}.e30.AA`)), encode(header))
  })
}

t.test('nothing else is one', async (t) => {
  const others = ['', 'a', '%', '\\', signInTokenType, `${encode({ alg: 'ES256', typ: 'at+jwt' })}.e30.AA`]
  for (const text of [...others, '%25'.repeat(9), '\\u0025\\u0025', encode({ typ: 'passkey' })])
    t.notOk(holdsSignInToken(text), text)
})
