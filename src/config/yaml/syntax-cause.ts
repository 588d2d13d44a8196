import { type ErrorCode, Lexer } from 'yaml'
import type { Fault } from './interpolate.ts'
import { explainSyntaxError } from './yaml-faults.ts'

interface Cause {
  readonly offset: number
  readonly fault: Fault
}

/** The codes behind which several mistakes can be; the others say what is wrong. */
const vague: readonly ErrorCode[] = [
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'IMPOSSIBLE',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'TAB_AS_INDENT',
  'UNEXPECTED_TOKEN',
]

/**
 * What an operator most likely did wrong where the parser stopped, which is often lines below. The words never quote
 * the file but for the name of a key.
 */
export function findCause(text: string, code: ErrorCode, offset: number): Cause {
  const found = vague.includes(code)
    ? (findTabs(text, offset) ?? findUnclosed(text, offset) ?? findColonFault(text, offset))
    : undefined
  return found ?? { offset, fault: explainSyntaxError(code) }
}

/** A line that begins with white space which YAML does not take for indentation, though it looks the same. */
export function findOddSpace(text: string): Cause | undefined {
  const odd = /^[ \t]*(?=[\u00a0\u2000-\u200d\u202f\u205f\u3000])/m.exec(text)
  if (odd === null) return undefined
  const fault = {
    message: 'is indented with a character that only looks like a space',
    fix: 'replace it by spaces',
  }
  return { offset: odd.index + odd[0].length, fault }
}

function findTabs(text: string, offset: number): Cause | undefined {
  const start = startOfLine(text, offset)
  const before = /^ *(?=\t)/.exec(text.slice(start))
  if (before === null) return undefined
  const more = [...text.matchAll(/^ *\t/gm)].length - 1
  const others = more === 0 ? '' : `, here and in ${more} more ${more === 1 ? 'line' : 'lines'}`
  return {
    offset: start + before[0].length,
    fault: { message: 'is indented with a tab', fix: `indent with spaces${others}` },
  }
}

/** With these the lexer marks documents and plain values: they are not in the text. */
const marks: readonly string[] = ['\u{2}', '\u{18}', '\u{1f}']

const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']' }

/** The quote or the bracket that is still open where the parser stopped, or the one there that closes nothing. */
function findUnclosed(text: string, end: number): Cause | undefined {
  const open: { offset: number; bracket: string }[] = []
  let offset = 0
  for (const token of new Lexer().lex(text)) {
    if (offset > end) break
    const [first = ''] = token
    if (first === '"' || first === "'") {
      if (token.length === 1 || !token.endsWith(first))
        return {
          offset,
          fault: { message: 'is a quote that is never closed', fix: `write ${first} at its end` },
        }
    } else if (token === '{' || token === '[') open.push({ offset, bracket: token })
    else if ((token === '}' || token === ']') && open.pop() === undefined)
      return { offset, fault: { message: `${token} closes nothing`, fix: 'remove it' } }
    if (!marks.includes(token)) offset += token.length
  }
  const last = open.at(-1)
  // On one line, something else is wrong between the brackets.
  if (last === undefined || !text.slice(last.offset, end).includes('\n')) return undefined
  const fix = `write ${closing[last.bracket]} behind its last entry`
  return { offset: last.offset, fault: { message: `is a ${last.bracket} that is never closed`, fix } }
}

/** What is wrong with the colons of the line, or with the indentation of the next one. */
function findColonFault(text: string, stop: number): Cause | undefined {
  // On an empty line nothing is wrong.
  const end = Math.min(stop, text.slice(0, stop + 1).trimEnd().length)
  const start = startOfLine(text, end)
  const [line = ''] = text.slice(start).split(/\r?\n/, 1)
  const indent = line.search(/[^ ]|$/)
  const offset = start + indent
  const glued = /^ *(?:- +)?([A-Za-z]{1,32}):(?!\/\/)[^\s]/.exec(line)?.[1]
  if (glued !== undefined)
    return {
      offset,
      fault: { message: 'has no space after the colon', fix: `put a space after "${glued}:"` },
    }
  if (!/:(?:\s|$)/.test(line) && /^ *[^-\s]/.test(line))
    return { offset, fault: { message: 'has no colon', fix: 'write "key: value"' } }
  if (/:\s+$/.test(text.slice(start, end)) && /^[^"'{}[\],\n]*:\s/.test(text.slice(end)))
    return {
      offset: end,
      fault: { message: 'is a value with a colon, and not in quotes', fix: 'put the value in quotes' },
    }
  const next = /^(?: *(?:#.*)?\r?\n)*( *)/.exec(text.slice(start + line.length).replace(/^\r?\n/, ''))?.[1]
  if (next !== undefined && next.length > indent)
    return {
      offset,
      fault: {
        message: 'has a value, but the next line is indented further',
        fix: 'indent the keys of one section alike',
      },
    }
  return undefined
}

function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}
