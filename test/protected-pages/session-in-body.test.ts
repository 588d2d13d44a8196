import t from 'tap'
import { couldBodyHoldSession } from '../../src/protected-pages/session-in-body.ts'

const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data; boundary=b'
const json = 'application/json'
const table: [type: string | undefined, body: string, expected: boolean][] = [
  [urlencoded, 'a=b&access_token=c', true],
  [urlencoded, 'a=b&ACCESS%5fTOKEN=c', true],
  [urlencoded, '_session[]=c', true],
  [urlencoded, 'a;_session=c', true],
  [urlencoded, `${'a&'.repeat(1000)}a`, true],
  [urlencoded, `${'a&'.repeat(999)}a`, false],
  [urlencoded, `${'a'.repeat(257)}=b`, true],
  [urlencoded, `${'a'.repeat(256)}&`.repeat(256), false],
  [urlencoded, `${'a'.repeat(256)}&`.repeat(257), true],
  [urlencoded, 'a=access_token&note=_session', false],
  [urlencoded, '', false],
  [`${urlencoded}; charset=UTF-8`, 'a=b', false],
  [`${urlencoded}; charset="utf-16le"`, 'a=b', true],
  [undefined, 'oauth_token=c', true],
  ['text/plain', 'access_token=c', true],
  ['application/octet-stream', 'access_token=c', false],
  ['image/png', 'name="access_token"', false],
  [json, '{"access_token":"c"}', true],
  ['application/scim+json; charset=utf-8', '{"\\u0061ccess_token":"c"}', true],
  [json, '{"a":{"access_token":"c"}}', false],
  [json, '["access_token"]', false],
  [json, 'null', false],
  [json, '"access_token"', false],
  [json, '{', false],
  [json, `[${'1,'.repeat(9000)}1]`, false],
  [json, `[${'1,'.repeat(20_000)}1]`, true],
  [multipart, '--b\r\nContent-Disposition: form-data; name="access_token"\r\n\r\nc', true],
  [multipart, '--b\r\nContent-Disposition: form-data; name=access_token\r\n\r\nc', true],
  [multipart, "--b\r\nContent-Disposition: form-data; name*=utf-8''access%5ftoken\r\n\r\nc", true],
  [multipart, '--b\r\nContent-Disposition: form-data; name="access\\_token"\r\n\r\nc', true],
  [multipart, '--b\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\naccess_token', false],
  [multipart, 'name=a '.repeat(1001), true],
]

for (const [type, body, expected] of table) {
  t.test(`${type}: ${body.slice(0, 60)}`, async (t) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    t.equal(couldBodyHoldSession(Buffer.from(body), headers, ['_session']), expected)
  })
}

t.test('what is coded can not be read', async (t) => {
  const coded = (coding: string) =>
    couldBodyHoldSession(Buffer.from('a=b'), { 'content-encoding': coding }, ['_session'])
  t.ok(coded('gzip'))
  t.notOk(coded('identity'))
})
