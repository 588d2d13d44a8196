import fc from 'fast-check'
import t from 'tap'
import { CookieJar } from 'tough-cookie'
import { omitCookie, overlayCookies, readCookie, selectCookies, setsCookie } from '../../src/http/cookies.ts'
import { Refusal } from '../../src/refusal.ts'
import { checkProperty, oddText, orRefusal } from './check.ts'

const allowed = { names: ['_session', '_session.sig', 'chunk*'], foldsCase: true }
const own = '__Host-step-up'

/** What a server sees under a name, in a Cookie header. */
type CookieModel = (header: string, name: string) => string | undefined

const pairsOf = (header: string): [string, string][] =>
  header.split(';').flatMap((part) => {
    const at = part.indexOf('=')
    return at < 0 ? [] : [[part.slice(0, at).replace(/^[ \t]+|[ \t]+$/g, ''), part.slice(at + 1).trim()]]
  })

const servers: readonly CookieModel[] = [
  (header, name) => pairsOf(header).find(([one]) => one === name)?.[1],
  (header, name) => pairsOf(header).findLast(([one]) => one === name)?.[1],
  (header, name) => pairsOf(header).find(([one]) => one.toLowerCase() === name)?.[1],
  (header, name) => pairsOf(header).findLast(([one]) => one.toLowerCase() === name)?.[1],
]

const name = fc.oneof(
  fc.constantFrom('_session', '_session.sig', 'chunk1', '_SESSION', '%5fsession', ' _session', own, 'other'),
  oddText,
)
const value = fc.oneof(fc.constantFrom('alice', 'mallory', '', 'a=b'), oddText).map((text) => text.trim())
const header = fc
  .array(
    fc
      .tuple(name, value, fc.constantFrom('; ', ';', ' ; '))
      .map((parts) => `${parts[0]}=${parts[1]}${parts[2]}`),
    { maxLength: 5 },
  )
  .map((parts) => parts.join('').replace(/[^\t\x20-\x7e\x80-\xff]/g, ''))

const isRefusal = (error: unknown) => error instanceof Refusal

await checkProperty(
  t,
  'the session that the probe shows is the one that every server sees',
  fc.property(header, (text) => {
    const selected = orRefusal(() => selectCookies(text, allowed), isRefusal)
    if (selected === 'refused') return true
    return ['_session', '_session.sig', 'chunk1'].every((one) => {
      const shown = pairsOf(selected ?? '').find(([known]) => known === one)?.[1]
      // A nameless or quoted cookie apart, a name that is written otherwise is seen by lenient servers only.
      const seen = servers.map((server) => server(text, one)).filter((other) => other !== undefined)
      return shown === undefined || seen.every((other) => other === shown)
    })
  }),
  2000,
)

await checkProperty(
  t,
  'what a response sets is what the browser sends next',
  fc.property(
    fc.constantFrom('_session', 'chunk1'),
    fc.stringMatching(/^[\w-]{1,8}$/),
    fc.stringMatching(/^[\w-]{1,8}$/),
    fc.constantFrom(
      '',
      '; Max-Age=0',
      '; Max-Age=60',
      '; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      '; HttpOnly',
    ),
    (one, before, after, attributes) => {
      const jar = new CookieJar(undefined, { rejectPublicSuffixes: false })
      jar.setCookieSync(`${one}=${before}`, 'https://login.example.com/')
      jar.setCookieSync(`${one}=${after}${attributes}`, 'https://login.example.com/')
      const next = jar.getCookieStringSync('https://login.example.com/')
      return (overlayCookies(`${one}=${before}`, [`${one}=${after}${attributes}`], allowed) ?? '') === next
    },
  ),
)

await checkProperty(
  t,
  'our own cookie never goes on, the others do as they came',
  fc.property(header, (text) => {
    const rest = omitCookie(text, own) ?? ''
    const others = pairsOf(text).filter(([one]) => one !== own)
    return (
      servers.slice(0, 2).every((server) => server(rest, own) === undefined) &&
      JSON.stringify(pairsOf(rest)) === JSON.stringify(others)
    )
  }),
  1000,
)

await checkProperty(
  t,
  'nothing but a refusal is ever thrown',
  fc.property(oddText, oddText, (text, other) => {
    orRefusal(() => selectCookies(text, allowed), isRefusal)
    orRefusal(() => overlayCookies(text, [other, `_session=${text}`], allowed), isRefusal)
    readCookie(text, own)
    omitCookie(text, own)
    setsCookie(other, own)
  }),
)
