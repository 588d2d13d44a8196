import { remember } from './remembered.ts'

/**
 * What browsers may make of a body, by its Content-Type:
 * - `html`, `xml`: they show it as a page of this kind
 * - `guessed`: there is no type, or none that can be read, and they go by the first bytes
 * - `unclear`: of several types one goes as a page, and they differ on which
 * - `parts`: it holds further bodies, each with a type of its own
 * - `other`: nobody shows it as a page with forms
 */
export type PageType = 'html' | 'xml' | 'guessed' | 'unclear' | 'parts' | 'other'

/** WHATWG MIME Sniffing 4.4, 5.1; `text/plain` is not among them, since no HTML is looked for in it (7.2). */
const unknown: ReadonlySet<string> = new Set(['*/*', 'unknown/unknown', 'application/unknown'])

/**
 * @param contentType the field's value; of a doubled field all values, with commas between them (Fetch 3.5).
 */
export const readPageType = (contentType: string | undefined): PageType => findPageType(contentType ?? '')

/** An OP's pages are of few types. */
const findPageType = remember((contentType): PageType => {
  const types = new Set(splitList(contentType).map(readType))
  const [only = 'guessed'] = types
  if (types.size <= 1) return only
  if (types.has('parts')) return 'parts'
  types.delete('other')
  const [page = 'guessed'] = types
  // guard: several-types
  return types.size === 1 ? page : 'unclear'
})

/** A comma within quotes separates nothing. */
function splitList(value: string): string[] {
  return value.match(/(?:"(?:[^"\\]|\\.)*"?|[^",])+/gs) ?? []
}

function readType(value: string): PageType {
  const found = /^[\t ]*([!#$%&'*+.^`|~\w-]+\/[!#$%&'*+.^`|~\w-]+)[\t ]*(?:;|$)/.exec(value)
  const essence = found?.[1]?.toLowerCase()
  if (essence === undefined || /* guard: guessed-types */ unknown.has(essence)) return 'guessed'
  if (essence === 'text/html') return 'html'
  if (/[/+]xml$|^text\/xsl$/.test(essence)) return 'xml'
  // MHTML, pages that replace each other, ranges of a page.
  const hasParts = /^(?:multipart|message)\//.test(essence) && essence !== 'multipart/form-data'
  return hasParts || essence === 'application/x-mimearchive' ? 'parts' : 'other'
}
