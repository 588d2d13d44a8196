/** A control of a form that would be sent. */
export interface FormField {
  readonly name: string
  readonly value: string
  /** Whether it goes along if nobody touches it: not so for an unchecked box and for a button. */
  readonly sent: boolean
  readonly kind: 'value' | 'box' | 'button'
  /** A button's words. */
  readonly label: string
}

/** A form as a browser would read it. `action` is as written, possibly relative or empty. */
export interface HtmlForm {
  readonly id: string | undefined
  readonly action: string
  readonly method: 'GET' | 'POST'
  readonly fields: readonly FormField[]
}

interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** Where the tag's content begins. */
  readonly end: number
}

/** The forms of a page in their order; controls outside with a `form` attribute are counted in. */
export function readForms(html: string): HtmlForm[] {
  const forms: { id: string | undefined; action: string; method: 'GET' | 'POST'; fields: FormField[] }[] = []
  let open: (typeof forms)[number] | undefined
  const loose: { readonly formId: string; readonly field: FormField }[] = []
  for (const tag of readTags(html)) {
    if (tag.name === 'form') {
      const method = tag.attributes.get('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET'
      open = { id: tag.attributes.get('id'), action: tag.attributes.get('action') ?? '', method, fields: [] }
      forms.push(open)
    } else if (tag.name === '/form') {
      open = undefined
    } else {
      const field = readField(tag, html)
      const formId = tag.attributes.get('form')
      if (field === undefined) continue
      if (formId !== undefined) loose.push({ formId, field })
      else open?.fields.push(field)
    }
  }
  for (const { formId, field } of loose) forms.find((form) => form.id === formId)?.fields.push(field)
  return forms
}

/** Where a link with these words leads: its `href` as written; undefined if there is none. */
export function readLink(html: string, words: string): string | undefined {
  for (const tag of readTags(html)) {
    if (tag.name === 'a' && readText(html, tag, 'a').includes(words)) return tag.attributes.get('href')
  }
  return undefined
}

/** Where `<meta http-equiv="refresh">` leads, and after how long; undefined if there is none. */
export function readRefresh(html: string): { readonly seconds: number; readonly url: string } | undefined {
  for (const tag of readTags(html)) {
    if (tag.name !== 'meta' || tag.attributes.get('http-equiv')?.toLowerCase() !== 'refresh') continue
    const match = /^\s*(\d+)\s*[;,]\s*url\s*=\s*['"]?(.*?)['"]?\s*$/i.exec(
      tag.attributes.get('content') ?? '',
    )
    if (match?.[2] !== undefined) return { seconds: Number(match[1]), url: match[2] }
  }
  return undefined
}

/** The words of a page without its tags, styles and scripts, white space made even. */
export function readWords(html: string): string {
  const bare = html.replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
  return decodeEntities(bare).replace(/\s+/g, ' ').trim()
}

/** The text with HTML's character references put into characters; names that pages of the lab use. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(amp|lt|gt|quot|apos|nbsp));/gi,
    (_all, hex, decimal, name) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }[String(name).toLowerCase()] ?? ''
    },
  )
}

function* readTags(html: string): Generator<Tag> {
  const visible = html.replace(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1>/gi, (all) =>
    ' '.repeat(all.length),
  )
  const pattern = /<(\/?[a-z][a-z0-9]*)((?:\s+[^\s=>/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*\/?>/gi
  for (const match of visible.matchAll(pattern)) {
    const attributes = readAttributes(match[2] ?? '')
    yield { name: (match[1] ?? '').toLowerCase(), attributes, end: match.index + match[0].length }
  }
}

function readAttributes(source: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const match of source.matchAll(/([^\s=>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    const name = (match[1] ?? '').toLowerCase()
    if (!attributes.has(name)) attributes.set(name, decodeEntities(match[2] ?? match[3] ?? match[4] ?? ''))
  }
  return attributes
}

function readField(tag: Tag, html: string): FormField | undefined {
  const { name: element, attributes } = tag
  const type = attributes.get('type')?.toLowerCase() ?? (element === 'button' ? 'submit' : 'text')
  const name = attributes.get('name') ?? ''
  const value = attributes.get('value') ?? ''
  if (attributes.has('disabled')) return undefined
  if (element === 'button' || (element === 'input' && type === 'submit')) {
    const label = element === 'button' ? readText(html, tag, 'button') : value
    return type === 'submit' ? { name, value, sent: false, kind: 'button', label } : undefined
  }
  if (name === '') return undefined
  if (element === 'textarea')
    return { name, value: readText(html, tag, 'textarea'), sent: true, kind: 'value', label: '' }
  if (element === 'select')
    return { name, value: readSelected(html, tag), sent: true, kind: 'value', label: '' }
  if (element !== 'input') return undefined
  const isBox = type === 'checkbox' || type === 'radio'
  const sent = !isBox || attributes.has('checked')
  const kind = isBox ? 'box' : 'value'
  return { name, value: isBox && !attributes.has('value') ? 'on' : value, sent, kind, label: '' }
}

function readSelected(html: string, select: Tag): string {
  const rest = html.slice(select.end)
  const options = [...readTags(rest.slice(0, rest.search(/<\/select/i)))].filter(
    (tag) => tag.name === 'option',
  )
  const chosen = options.find((option) => option.attributes.has('selected')) ?? options[0]
  return chosen?.attributes.get('value') ?? ''
}

function readText(html: string, tag: Tag, element: string): string {
  const rest = html.slice(tag.end)
  const end = rest.toLowerCase().indexOf(`</${element}`)
  return readWords(end === -1 ? rest : rest.slice(0, end))
}
