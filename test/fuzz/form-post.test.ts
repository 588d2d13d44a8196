import fc from 'fast-check'
import { type DefaultTreeAdapterTypes as Dom, parse } from 'parse5'
import t from 'tap'
import { readFormPostPage } from '../../src/oauth/page/form-post.ts'
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
