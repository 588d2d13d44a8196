import { type Document, LineCounter, type ParsedNode, parseDocument } from 'yaml'
import type { Fault } from './interpolate.ts'
import { findCause } from './syntax-cause.ts'

/** A fault at its offset into the text. */
export interface SyntaxFault {
  readonly offset: number
  readonly fault: Fault
}

/** A text that was read as YAML; the document is of no use where there are faults. */
export interface ParsedYaml {
  readonly document: Document.Parsed<ParsedNode>
  readonly lines: LineCounter
  readonly faults: readonly SyntaxFault[]
}

/** More than anybody forgets, and few enough that each may cost a reading of the whole file. */
const mostReferences = 20

/**
 * Reads YAML. Of its syntax errors only the first is a fault, since the others mostly follow from it; but each reference
 * that lacks quotes inside `{ }` is one.
 */
export function parseYaml(text: string): ParsedYaml {
  const faults: SyntaxFault[] = []
  let readable = text
  for (;;) {
    const lines = new LineCounter()
    // Repeated keys are found while the values are read, where the path is known. Pretty errors quote the file.
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false }
    const document = parseDocument(readable, options)
    const [first] = [...document.errors, ...document.warnings]
    const reference = first && findBareReference(readable, first.pos[0])
    if (first && !reference) faults.push(findCause(readable, first.code, first.pos[0]))
    if (!reference || faults.length === mostReferences) return { document, lines, faults }
    faults.push({ offset: reference.offset, fault: reference.fault })
    // As long as before, so that all offsets stay; and read again, as if it were in quotes.
    const { offset, length } = reference
    readable = readable.slice(0, offset) + '_'.repeat(length) + readable.slice(offset + length)
  }
}

/** The `${…}` whose brace the parser took for one of YAML's. */
function findBareReference(text: string, errorOffset: number) {
  const offset = errorOffset - 1
  const [found] = /^\$\{[^}\n]*\}?/.exec(text.slice(offset, offset + 256)) ?? []
  if (found === undefined) return undefined
  const shown = /^\$\{(?:\w+|file:[\w./-]+)\}$/.test(found) ? found : `\${NAME}`
  const fault = {
    message: 'a reference inside { } or [ ] is not in quotes',
    fix: `put the value in quotes, such as "${shown}"`,
  }
  return { offset, length: found.length, fault }
}
