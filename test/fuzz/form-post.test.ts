import fc from 'fast-check'
import { type DefaultTreeAdapterTypes as Dom, parse } from 'parse5'
import t from 'tap'
import { isResponse, tellingParameters } from '../../src/oauth/authorization-response.ts'
import { readFormPostPage } from '../../src/oauth/page/form-post.ts'
import { mayHoldResponse } from '../../src/oauth/page/may-hold-response.ts'
import { checkProperty, oddText } from './check.ts'

const base = 'https://login.example.com/connect/authorize'

const piece = fc.constantFrom(
  '<form method=post action="https://app.example.com/cb">',
  '<form method="post" action=//app.example.com/cb?x=1>',
  '<FORM METHOD=POST ACTION=https://other.example.com/cb>',
  '<form id=f action=/login>',
  '</form>',
  '<input type=hidden name=code value=c0de>',
  '<input name="code" value="c0de" type="hidden"/>',
  '<input name=co&#100;e value=other>',
  '<input name=state value=s>',
  '<input name=id_token value=t0ken form=f>',
  '<button name=code value=c0de formaction=https://app.example.com/cb>',
  '<textarea name=code>c0de</textarea>',
  '<select name=code><option>c0de</select>',
  '<table>',
  '<tr><td>',
  '</table>',
  '<!--',
  '-->',
  '<script>',
  '</script>',
  '<template>',
  '</template>',
  '<noscript>',
  '</noscript>',
  '<svg>',
  '</svg>',
  '<title>',
  '</title>',
  '<base href=https://app.example.com/>',
  '<p onclick="',
  '">',
  "'",
  '<textarea>',
  '</textarea>',
  '<plaintext>',
)
const html = fc
  .array(fc.oneof({ weight: 8, arbitrary: piece }, oddText), { maxLength: 14 })
  .map((parts) => parts.join('\n'))

interface Sent {
  readonly place: string
  readonly code: string | undefined
}

/** The forms that a browser with scripts would send to another origin with a code, each field below its form. */
function formsOf(page: string): Sent[] {
  const sent: Sent[] = []
  const document = parse(page, { scriptingEnabled: true })
  const baseHref = findAll(document, 'base')
    .map((element) => attribute(element, 'href'))
    .find((href) => href !== undefined)
  const around = baseHref !== undefined && URL.canParse(baseHref, base) ? new URL(baseHref, base).href : base
  for (const form of findAll(document, 'form')) {
    const action = attribute(form, 'action')
    if (!action || !URL.canParse(action, around)) continue
    const target = new URL(action, around)
    if (target.origin === new URL(base).origin) continue
    const fields = [...findAll(form, 'input'), ...findAll(form, 'button')].filter(
      (field) => attribute(field, 'form') === undefined,
    )
    const code = fields.find((field) => attribute(field, 'name') === 'code')
    if (code) sent.push({ place: `${target.origin}${target.pathname}`, code: attribute(code, 'value') })
  }
  return sent
}

function findAll(node: Dom.Node, tagName: string): Dom.Element[] {
  const below = 'childNodes' in node ? node.childNodes.flatMap((child) => findAll(child, tagName)) : []
  const isIt = node.nodeName === tagName && 'namespaceURI' in node && node.namespaceURI.endsWith('xhtml')
  return isIt ? [node as Dom.Element, ...below] : below
}

const attribute = (element: Dom.Element, name: string) =>
  element.attrs.find((one) => one.name === name)?.value

/** Attributes as they are written by somebody who hides them. */
const oddAttribute = fc
  .tuple(
    fc.constantFrom(
      ...[
        'name',
        'NAME',
        'action',
        'formaction',
        'FormAction',
        'data-name',
        'name\0',
        'href',
        'id',
        'method',
      ],
    ),
    fc.constantFrom('=', ' = ', '\n=\t', '\f=\r\n', '==', '', '/='),
    fc.constantFrom('"', "'", ''),
    fc.array(
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc.constantFrom(
            ...[
              'code',
              'co',
              'de',
              'id_token',
              'id',
              '&lowbar;',
              'token',
              'error',
              '&#99;',
              '&#x6f',
              'response',
            ],
            ...[
              'https:',
              'HTTP',
              '//a.example',
              '/',
              '\\',
              '&sol;',
              '&colon;',
              '&Tab;',
              '&num;',
              '&quest;',
              ':',
            ],
            ...[
              '?code=1',
              '#id_token=1',
              '?c%6fde=1',
              '\t',
              '\n',
              ' ',
              '\x01',
              '.',
              '~',
              '_',
              '-',
              'x',
              '@',
              '[',
              '*',
            ],
          ),
        },
        { weight: 1, arbitrary: oddText },
      ),
      { maxLength: 5 },
    ),
  )
  .map(([name, equals, quote, parts]) => name + equals + quote + parts.join('') + quote)
const oddTag = fc
  .tuple(
    fc.constantFrom(
      'form',
      'FORM',
      'input',
      'button',
      'select',
      'textarea',
      'p',
      'svg',
      'template',
      'base',
      'iframe',
    ),
    fc.array(oddAttribute, { maxLength: 4 }),
    fc.constantFrom('>', '/>', ''),
  )
  .map(([name, attributes, end]) => `<${[name, ...attributes].join(' ')}${end}`)
const oddPage = fc
  .array(fc.oneof({ weight: 6, arbitrary: oddTag }, { weight: 2, arbitrary: piece }, oddText), {
    maxLength: 8,
  })
  .map((parts) => parts.join('\n'))

/** All elements of a page, those of templates too. */
function* elementsOf(node: Dom.Node): Generator<Dom.Element> {
  if ('tagName' in node) yield node
  if ('content' in node) yield* elementsOf(node.content)
  if ('childNodes' in node) for (const child of node.childNodes) yield* elementsOf(child)
}

/** Whatever a script would do with an element, it is no part of a response. */
function isHarmless(element: Dom.Element): boolean {
  const addresses = ['action', 'formaction'].flatMap((name) => attribute(element, name) ?? [])
  const leadAway = addresses
    .filter((address) => URL.canParse(address, base))
    .map((address) => new URL(address, base))
    .some(
      ({ origin, search, hash }) =>
        origin !== new URL(base).origin &&
        [search, hash].some((text) => isResponse(new URLSearchParams(text.slice(1)))),
    )
  const isBase = element.tagName === 'base' && attribute(element, 'href') !== undefined
  const isFrame = attribute(element, 'srcdoc') !== undefined
  return !leadAway && !isBase && !isFrame && !tellingParameters.has(attribute(element, 'name') ?? '')
}

let unbuilt = 0
let forms = 0
await checkProperty(
  t,
  'a page that is not built holds no response in the reading of the parser',
  fc.property(oddPage, (page) => {
    if (mayHoldResponse(page)) return true
    unbuilt += 1
    const readings = [true, false].map((scriptingEnabled) => [
      ...elementsOf(parse(page, { scriptingEnabled })),
    ])
    if (readings[0]?.some(({ tagName }) => tagName === 'form')) forms += 1
    return readings.flat().every(isHarmless)
  }),
  3000,
)
t.ok(unbuilt > 300 && forms > 100, `${unbuilt} pages were not built, ${forms} of them with a form`)

let found = 0
await checkProperty(
  t,
  'a form that hands over a code is seen, with its code and its address, or nobody can tell',
  fc.asyncProperty(html, async (page) => {
    const forms = formsOf(page)
    const reading = await readFormPostPage(Buffer.from(page), 'text/html; charset=utf-8', base)
    if (forms.length === 0 || reading === 'ambiguous') return true
    found += 1
    return forms.every(
      ({ place, code }) => reading?.redirectUri === place && (reading.isAmbiguous || reading.code === code),
    )
  }),
  3000,
)
t.ok(found > 20, `${found} pages held a form to be seen`)

await checkProperty(
  t,
  'no page in any encoding is more than it can read',
  fc.asyncProperty(
    fc.oneof(
      html.map((text) => Buffer.from(text, 'utf16le')),
      fc.uint8Array({ maxLength: 80 }).map(Buffer.from),
      html.map((text) => Buffer.from(text, 'latin1')),
    ),
    fc.constantFrom(
      undefined,
      'text/html',
      'text/html; charset=utf-16le',
      'text/xml',
      'text/html; charset=utf-7',
      'text/html; charset=nonsense',
    ),
    async (bytes, type) => {
      await readFormPostPage(bytes, type, base)
    },
  ),
  500,
)
