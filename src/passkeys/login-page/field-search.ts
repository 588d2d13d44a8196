import { RewritingStream } from 'parse5-html-rewriting-stream'
import { attributeIn, type EndTag, isUserNameField, offerPasskeys, type StartTag } from './login-field.ts'

/** What stands in these is no field of the page; what stands in scripts, `noscript` and the like is text anyway. */
const asides: ReadonlySet<string> = new Set(['template', 'svg', 'math'])

/** Looks for the field for the user name in a page that comes part by part. */
export interface FieldSearch {
  /** @returns `readTo`: up to where every tag has been read. */
  read(chunk: Buffer): { readonly found: FoundField | undefined; readonly readTo: number }
}

export interface FoundField {
  /** Where its tag begins and ends in the page. */
  readonly from: number
  readonly to: number
  /** The tag that takes its place. */
  readonly tag: string
  readonly policies: readonly string[]
}

/** Text is most of a page and tells nothing here: to put its words together would take nearly all of the time. */
class TagReader extends RewritingStream {
  override onCharacter(): void {}
  override onWhitespaceCharacter(): void {}
  override onNullCharacter(): void {}
  override onComment(): void {}
  override onDoctype(): void {}

  /** Whether it takes what comes for SVG or MathML, where a textarea's text would be markup. It errs on that side. */
  get isAbroad(): boolean {
    return this.parserFeedbackSimulator.inForeignContent
  }
}

/** @param field the name of the field; the first one that a person can fill in is found. */
export function searchField(field: string): FieldSearch {
  const parser = new TagReader()
  const policies: string[] = []
  const open = new Map<string, number>()
  let found: FoundField | undefined
  let readTo = 0

  function readStartTag(tag: StartTag, raw: string): void {
    const { startOffset: from, endOffset: to } = tag.sourceCodeLocation
    readTo = to
    if (asides.has(tag.tagName)) open.set(tag.tagName, (open.get(tag.tagName) ?? 0) + 1)
    if (open.size > 0 || parser.isAbroad) return
    if (isPolicy(tag)) policies.push(attributeIn(tag, 'content') ?? '')
    if (!isUserNameField(tag, field)) return
    found = { from, to, tag: offerPasskeys(tag, raw), policies }
    parser.stop()
  }

  function readEndTag({ tagName, sourceCodeLocation }: EndTag): void {
    readTo = sourceCodeLocation.endOffset
    const depth = open.get(tagName) ?? 0
    if (depth > 1) open.set(tagName, depth - 1)
    else open.delete(tagName)
  }

  parser.on('startTag', (tag, raw) => readStartTag(tag as StartTag, raw))
  parser.on('endTag', (tag) => readEndTag(tag as EndTag))

  return {
    read(chunk) {
      // One character a byte: the parser's offsets are those of the page.
      parser.write(chunk.toString('latin1'))
      return { found, readTo }
    },
  }
}

function isPolicy(tag: StartTag): boolean {
  return tag.tagName === 'meta' && attributeIn(tag, 'http-equiv')?.toLowerCase() === 'content-security-policy'
}
