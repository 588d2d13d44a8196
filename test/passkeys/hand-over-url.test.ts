import t from 'tap'
import { entryUrl, handOverUrl, placePath, readEntryId } from '../../src/passkeys/hand-over-url.ts'

const page = '/interaction/abc'
const returnTo = `${page}?a=1&b=%20`

const urls: [title: string, path: string, page: string, expected: string][] = [
  ['below the login page', '{page}/passkey', page, '/interaction/abc/passkey'],
  ['below one that ends in a slash', '{page}/passkey', '/login/', '/login/passkey'],
  ['below the root', '{page}/passkey', '/', '/passkey'],
  ['a path of its own', '/sso/jwt', page, '/sso/jwt'],
  ['the root', '/', page, '/'],
]
for (const [title, path, pagePath, expected] of urls) {
  t.test(title, async (t) => {
    t.equal(placePath(path, pagePath), expected)
    const url = new URL(
      handOverUrl({ path, parameter: 'jwt' }, pagePath, 'a.b.c', returnTo),
      'https://op.example',
    )
    const entry = entryUrl({ path, parameter: 'jwt' }, pagePath, 'an-id')
    t.equal(entry, `${expected}?jwt=step-up.an-id`)
    t.equal(readEntryId({ path, parameter: 'jwt' }, entry.slice(expected.length + 1)), 'an-id')
    t.equal(url.host, 'op.example')
    t.equal(url.pathname, expected)
    t.strictSame(
      [...url.searchParams],
      [
        ['jwt', 'a.b.c'],
        ['return_to', returnTo],
      ],
    )
  })
}

const refused: [title: string, page: string, returnTo: string][] = [
  ['a page on another host', '//evil.example', '/login'],
  ['a page behind a backslash', '/\\evil.example', '/login'],
  ['a page with a query', '/login?a=1', '/login'],
  ['a page with a fragment', '/login#', '/login'],
  ['a page with a line break', '/login\r\n', '/login'],
  ['a page that is no path', 'login', '/login'],
  ['a way back to another host', '/login', '//evil.example/login'],
  ['a way back behind a backslash', '/login', '/\\evil.example'],
  ['a way back that is a URL', '/login', 'https://evil.example/'],
  ['no way back', '/login', ''],
]
for (const [title, pagePath, back] of refused) {
  t.test(`refuses ${title}`, async (t) => {
    const settings = { path: '{page}/passkey', parameter: 'token' }
    const refusal = { code: 'passkey_refused', statusCode: 403 }
    t.throws(() => handOverUrl(settings, pagePath, 'a.b.c', back), refusal)
    if (pagePath !== '/login') t.throws(() => entryUrl(settings, pagePath, 'an-id'), refusal)
  })
}

t.test('what holds more than an id is none of our queries', async (t) => {
  const settings = { path: '/sso', parameter: 'token' }
  for (const query of [
    ...['', 'token=', 'token=an-id', 'token=step-up.', 'token=step-up.a%41', 'token=step-up.a.b'],
    ...['Token=step-up.a', 'token=step-up.a&token=step-up.a', 'a=b&token=step-up.a', 'token=step-up.a&'],
  ]) {
    t.equal(readEntryId(settings, query), undefined, query)
  }
})
