import fc from 'fast-check'
import { type DefaultTreeAdapterTypes as Dom, html as markup, parse } from 'parse5'
import t from 'tap'
import { createLoginPageRewriter } from '../../src/passkeys/login-page/rewrite.ts'
import { checkProperty, oddText } from './check.ts'

const added = '<script src="/added"></script>'
const offer = 'autocomplete="username webauthn"'

const piece = fc.constantFrom(
  '<input name=username>',
  '<input type="text" autocomplete="off" name="username" value="\xe9">',
  "<INPUT\r\nNAME='username'autocomplete=on/>",
  '<input name=user&#110;ame autocomplete autocomplete=two>',
  '<input name=username autocomplete="webauthn">',
  '<input name=username type=hidden>',
  '<input name=other>',
  '<form>',
  '</form>',
  '<table><tr>',
  '</table>',
  '<select><option>',
  '</select>',
  '<!--',
  '-->',
  '<script>',
  '</script>',
  '<template>',
  '</template>',
  '<noscript>',
  '</noscript>',
  '<svg>',
  '<svg/>',
  '<foreignObject>',
  '</svg>',
  '<math><mi>',
  '</math>',
  '<title>',
  '</title>',
  '<textarea>',
  '</textarea>',
  '<![CDATA[',
  ']]>',
  '<p title="',
  '">',
  "'",
  '\xff\xfe\x80',
  '\r\n\0',
)
const page = fc
  .array(fc.oneof({ weight: 8, arbitrary: piece }, oddText), { maxLength: 14 })
  .map((parts) => parts.join(''))
/** Where a page is cut on its way. */
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

async function rewrite(text: string, sizes: readonly number[] = [text.length + 1]): Promise<string> {
  const bytes = Buffer.from(text, 'latin1')
  const rewriter = createLoginPageRewriter({ field: 'username', addition: () => added })
  const parts: Buffer[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    parts.push(await rewriter.write(bytes.subarray(at, at + size)))
    at += size
  }
  return Buffer.concat([...parts, rewriter.end()]).toString('latin1')
}

/** Whether one text becomes the other when one attribute of one tag is written there or over, and no byte besides. */
function isSameButForOffer(before: string, after: string): boolean {
  if (before === after) return /webauthn"?\/?>$/.test(before)
  const at = after.lastIndexOf(offer)
  const [start, end] = [after.slice(0, at), after.slice(at + offer.length)]
  if (at < 0 || !before.endsWith(end)) return false
  if (before === start.slice(0, -1) + end) return true
  return (
    before.startsWith(start) && /^autocomplete/i.test(before.slice(start.length, before.length - end.length))
  )
}

function findAll(node: Dom.Node, tagName: string): Dom.Element[] {
  const own = 'tagName' in node && node.tagName === tagName ? [node] : []
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap((child) => findAll(child, tagName))] : own
}

const attribute = ({ attrs }: Dom.Element, name: string): string | undefined =>
  attrs.find((one) => one.name === name)?.value

await checkProperty(
  t,
  'without what was put in it is the page that came',
  fc.asyncProperty(page, async (text) => {
    const written = await rewrite(text)
    if (written === text) return true
    const [before = '', after = '', ...more] = written.split(added)
    const original = text.slice(0, text.length - after.length)
    return more.length === 0 && text.endsWith(after) && isSameButForOffer(original, before)
  }),
  2000,
)

await checkProperty(
  t,
  'it makes no difference where a page is cut',
  fc.asyncProperty(page, cuts, async (text, sizes) => (await rewrite(text, sizes)) === (await rewrite(text))),
  1000,
)

await checkProperty(
  t,
  'a browser sees the field with its offer, and the script',
  fc.asyncProperty(page, async (text) => {
    const written = await rewrite(text)
    if (written === text) return true
    const document = parse(written, { scriptingEnabled: true })
    const fields = findAll(document, 'input').filter((input) => attribute(input, 'name') === 'username')
    const scripts = findAll(document, 'script').filter((script) => attribute(script, 'src') === '/added')
    return (
      fields.some((input) => /(?:^| )webauthn$/.test(attribute(input, 'autocomplete') ?? '')) &&
      scripts.length === 1 &&
      scripts.every(({ namespaceURI }) => namespaceURI === markup.NS.HTML)
    )
  }),
  2000,
)

await checkProperty(
  t,
  'a page without such a name is left as it is',
  fc.asyncProperty(page, cuts, async (text, sizes) => {
    const other = text.replaceAll(/username|user&#110;ame/g, 'somebody')
    return (await rewrite(other, sizes)) === other
  }),
)
