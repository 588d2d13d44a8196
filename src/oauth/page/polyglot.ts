const listOf = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements that HTML ends where they begin. */
const empty = listOf('area base br col embed hr img input link meta param source track wbr')

/** Elements in which HTML sees no other ones. */
const textOnly = listOf('script style textarea title')

/** Elements that HTML builds otherwise than they are written, with all in them. */
const rebuilt = listOf(
  'template svg math image iframe frameset frame noframes noembed xmp plaintext isindex keygen listing',
)

const inSelect = listOf('option optgroup')

/** Attributes that tell what a form submits, and where. */
const telling = listOf('action formaction formmethod method name value id form type href')

/** Longer pages, and deeper ones, take more than a moment; honest ones are shorter. In characters, and elements. */
const maxLength = 128 * 1024
const maxDepth = 256

const declaration = /^(?:\ufeff)?(?:<\?xml\s[^<>?]*\?>)?\s*(?:<!DOCTYPE\s[^<>[\]]*>)?/
const closing = /<\/([A-Za-z][A-Za-z0-9-]*)\s*>/y
const opening = /<([A-Za-z][A-Za-z0-9-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const attribute = /([\w.:-]+)\s*=\s*(["'])(.*?)\2/gs

/** References that mean the same everywhere: those of XML itself, and to printable characters of ASCII. */
const reference =
  /&(?:amp|lt|gt|quot|apos|#(?:x(?:[2-6][0-9a-f]|7[0-9a-e])|3[2-9]|[4-9]\d|1[01]\d|12[0-6]));/gi

/**
 * Whether a page has the same forms, with the same fields, for a browser that reads it as XML and for one that reads it
 * as HTML: all well-formed, in one namespace, and without what only one of them knows. Where XML ends at a fault, the
 * forms are a part of those in HTML.
 */
export function isSameInXml(text: string): boolean {
  const open: string[] = []
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these mean different things, if anything
  if (text.length > maxLength || /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text)) return false
  let at = text.length - text.replace(declaration, '').length
  for (;;) {
    const next = text.indexOf('<', at)
    if (next < 0) return open.length === 0
    const after = text.startsWith('<!--', next) ? endOfComment(text, next) : readTag(text, next, open)
    if (after === undefined) return false
    at = after
  }
}

/** A comment as XML has it (2.5). */
function endOfComment(text: string, start: number): number | undefined {
  const end = text.indexOf('--', start + '<!--'.length)
  const isPlain = text.startsWith('-->', end) && !/^-?>/.test(text.slice(start + 4, start + 6))
  return end >= 0 && isPlain ? end + '-->'.length : undefined
}

/** @returns where it ends; undefined if it may be read in two ways. */
function readTag(text: string, start: number, open: string[]): number | undefined {
  closing.lastIndex = start
  const [ending, closed] = closing.exec(text) ?? []
  if (ending !== undefined) return open.pop() === closed ? start + ending.length : undefined
  opening.lastIndex = start
  const [tag, name = '', attributes = '', slash] = opening.exec(text) ?? []
  if (tag === undefined || !isPlainElement(name, open) || !arePlainAttributes(attributes)) return undefined
  const end = start + tag.length
  if (empty.has(name)) return slash === '/' ? end : undefined
  if (slash === '/') return undefined
  open.push(name)
  return textOnly.has(name) ? endOfText(text, end, name) : end
}

function isPlainElement(name: string, open: readonly string[]): boolean {
  // What XML takes for another name, HTML does not.
  if (name !== name.toLowerCase() || rebuilt.has(name) || open.length > maxDepth) return false
  if (open.at(-1) === 'select' || open.at(-1) === 'optgroup') return inSelect.has(name)
  if (open.includes('option')) return false
  return name !== 'form' || !open.includes('form')
}

function arePlainAttributes(attributes: string): boolean {
  return [...attributes.matchAll(attribute)].every(([, name = '', , value = '']) => {
    if (name === 'xmlns') return value === 'http://www.w3.org/1999/xhtml'
    if (name.includes(':')) return name === 'xml:lang' || name === 'xml:space'
    if (!telling.has(name.toLowerCase())) return true
    return name === name.toLowerCase() && !/[&\t\r\n]/.test(value.replace(reference, ''))
  })
}

/** Where the end tag of an element stands that has nothing but text in it for both. */
function endOfText(text: string, start: number, name: string): number | undefined {
  const end = text.indexOf(`</${name}`, start)
  if (end < 0) return undefined
  const [plain = '', ...blocks] = text.slice(start, end).split('<![CDATA[')
  const isCode = name === 'script' || name === 'style'
  const isPlain = !/[<&]/.test(plain) && (isCode ? blocks.every(isCdata) : blocks.length === 0)
  return isPlain ? end : undefined
}

/** The rest of a CDATA section, and text; an end tag in capitals would be one for HTML alone. */
function isCdata(block: string): boolean {
  const [inside = '', after] = block.split(/\]\]>(.*)/s, 2)
  return after !== undefined && !/<\/(?:script|style)/i.test(inside) && !/[<&]/.test(after)
}
