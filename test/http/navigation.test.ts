import type { IncomingHttpHeaders } from 'node:http'
import t from 'tap'
import { isNavigation, readLoad } from '../../src/http/navigation.ts'

const html = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }
const navigate = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

const cases: [title: string, expected: boolean, headers: IncomingHttpHeaders, method?: string][] = [
  ['a navigation', true, { ...html, ...navigate }],
  ['a navigation that accepts anything', true, { accept: '*/*', ...navigate }],
  ['an old browser', true, html],
  ['an old browser with a parameter', true, { accept: 'application/xml, Text/HTML ;q=0.9' }],
  ['a web view, which names its app', true, { ...html, 'x-requested-with': 'com.example.app' }],
  ['mode alone', true, { 'sec-fetch-mode': 'navigate' }],
  ['destination alone', true, { 'sec-fetch-dest': 'document' }],
  ['K-10 an iframe', false, { ...html, ...navigate, 'sec-fetch-dest': 'iframe' }],
  ['K-10 a frame', false, { ...html, ...navigate, 'sec-fetch-dest': 'frame' }],
  ['an embed', false, { ...html, ...navigate, 'sec-fetch-dest': 'embed' }],
  ['an object', false, { ...html, ...navigate, 'sec-fetch-dest': 'object' }],
  ['fetch', false, { ...html, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ['an image', false, { ...html, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  [
    'a nested navigation',
    false,
    { ...html, 'sec-fetch-mode': 'nested-navigate', 'sec-fetch-dest': 'iframe' },
  ],
  ['XMLHttpRequest', false, { ...html, 'x-requested-with': 'XMLHttpRequest' }],
  ['F-03 Purpose: prefetch', false, { ...html, ...navigate, purpose: 'prefetch' }],
  ['F-03 Sec-Purpose: prefetch', false, { ...html, ...navigate, 'sec-purpose': 'prefetch;prerender' }],
  ['F-03 X-Moz: prefetch', false, { ...html, 'x-moz': 'Prefetch' }],
  ['F-03 X-Purpose: preview', false, { ...html, 'x-purpose': 'preview' }],
  ['JSON', false, { accept: 'application/json' }],
  ['anything', false, { accept: '*/*' }],
  ['anything but HTML', false, { accept: '*/*, text/html;q=0' }],
  ['no Accept', false, {}],
  ['a type that begins like HTML', false, { accept: 'text/html-fragment' }],
  ['P-13 HEAD', false, { ...html, ...navigate }, 'HEAD'],
  ['P-13 POST', false, { ...html, ...navigate }, 'POST'],
  ['P-13 a lower-case method', false, { ...html, ...navigate }, 'get'],
]

for (const [title, expected, headers, method = 'GET'] of cases) {
  t.test(`${title} is ${expected ? 'a' : 'no'} navigation`, async (t) => {
    t.equal(isNavigation(method, headers), expected)
  })
}

t.test('what a browser loads', async (t) => {
  const table: [load: string, headers: IncomingHttpHeaders][] = [
    ['page', {}],
    ['page', navigate],
    ['page', { 'sec-fetch-mode': 'Navigate' }],
    ['page', { 'sec-fetch-dest': 'document' }],
    ['part', { 'sec-fetch-mode': 'no-cors' }],
    ['part', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['part', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['part', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'image' }],
    ...['iframe', 'frame', 'embed', 'object', 'fencedframe'].map((dest): [string, IncomingHttpHeaders] => [
      'frame',
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': dest },
    ]),
  ]
  for (const [load, headers] of table) t.equal(readLoad(headers), load, JSON.stringify(headers))
})
