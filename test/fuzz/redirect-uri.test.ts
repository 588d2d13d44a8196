import fc from 'fast-check'
import t from 'tap'
import { redirectUriKey } from '../../src/config/redirect-uri-key.ts'
import { checkProperty, oddText } from './check.ts'

const uri = fc
  .tuple(
    fc.constantFrom(
      'https://',
      'http://',
      'HTTPS://',
      'https:/',
      'https:',
      'com.example.app:/',
      'app://',
      'javascript:',
    ),
    fc.constantFrom(
      'app.example.com',
      'APP.example.com',
      'app.example.com:443',
      'app.example.com.',
      'localhost:1',
      '127.0.0.1:2',
      '[::1]',
      'a@app.example.com',
      '',
    ),
    fc.constantFrom(
      '/signin',
      '/SignIn',
      '/%73ignin',
      '/./signin',
      '/x/../signin',
      '//signin',
      '/signin/',
      '',
    ),
    fc.constantFrom('', '?a=b', '#c', '?', '#'),
    fc.option(oddText, { freq: 4, nil: '' }),
  )
  .map((parts) => parts.join(''))

/** Where a browser goes, without query and fragment; on loopback any port is as good (RFC 8252 7.3). */
function placeOf(text: string): string {
  const { protocol, hostname, port, pathname, host } = new URL(text)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol !== 'https:' && protocol !== 'http:') return `${protocol}${host}${pathname}`
  return `${protocol}//${hostname.replace(/\.$/, '')}:${isLoopback ? '*' : port}${decodeURI(pathname)}`
}

await checkProperty(
  t,
  'two redirect URIs are the same only where a browser goes to the same place',
  fc.property(uri, uri, (one, other) => {
    const key = redirectUriKey(one)
    if (key === undefined || key !== redirectUriKey(other)) return true
    try {
      return placeOf(one) === placeOf(other)
    } catch (error) {
      // decodeURI takes no broken escapes: then only the same path is the same.
      if (!(error instanceof URIError)) throw error
      return new URL(one).pathname === new URL(other).pathname
    }
  }),
  3000,
)

await checkProperty(
  t,
  'what a browser makes of a redirect URI has the same key',
  fc.property(uri, (text) => {
    const key = redirectUriKey(text)
    return key === undefined || redirectUriKey(new URL(text).href) === key
  }),
  2000,
)

await checkProperty(
  t,
  'query and fragment do not count, and nothing is ever thrown',
  fc.property(fc.oneof(uri, oddText), (text) => {
    const key = redirectUriKey(text)
    return key === undefined || redirectUriKey(`${text.split(/[?#]/, 1)}?code=x#y`) === key
  }),
  2000,
)
