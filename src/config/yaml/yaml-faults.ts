import type { ErrorCode } from 'yaml'
import type { Fault } from './interpolate.ts'

/** Valid YAML that a configuration may not use. */
export const refused = {
  alias: {
    message: 'is an alias or an anchor (* or &), which is not supported',
    fix: 'put it in quotes if it is text, or write the value out',
  },
  tag: { message: 'has a tag, which is not supported', fix: 'remove the tag' },
  merge: { message: 'merge keys are not supported', fix: 'write the keys out' },
  prototype: { message: 'a key of this name is not supported', fix: 'name the client in clientId' },
  reference: { message: 'keys are not interpolated', fix: 'name the client in clientId' },
  key: { message: 'a key is not text', fix: 'put the key in quotes' },
  duplicate: { message: 'the key is repeated', fix: 'keep one of them' },
  version: { message: 'uses a YAML version other than 1.2', fix: 'remove the %YAML line' },
  depth: { message: 'is nested too deeply', fix: 'make it simpler' },
} satisfies Record<string, Fault>

/** The fault of a mapping key, if it has one. */
export function findKeyFault(key: unknown): Fault | undefined {
  if (typeof key !== 'string' || key === '') return refused.key
  if (key === '<<') return refused.merge
  if (key === '__proto__') return refused.prototype
  return key.includes('${') ? refused.reference : undefined
}

/** Whether nesting could exhaust the parser, which recurses: a configuration has five levels. */
export function isNestedTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '[' || char === '{') depth += 1
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1)
    if (depth > 64) return true
  }
  return /^[ ?:-]{256}/m.test(text)
}

/** A syntax error in the gateway's own words: the parser's may quote the file, which may contain secrets. */
export function explainSyntaxError(code: ErrorCode): Fault {
  switch (code) {
    case 'BAD_INDENT':
    case 'TAB_AS_INDENT':
      return {
        message: 'is indented wrongly, or a bracket is open',
        fix: 'indent with spaces, and close brackets',
      }
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'KEY_OVER_1024_CHARS':
      return { message: 'is a key without a value, or wrongly indented', fix: 'write "key: value" on a line' }
    case 'MISSING_CHAR':
      return { message: 'lacks a character', fix: 'close quotes and brackets, and put ": " after keys' }
    case 'BAD_DQ_ESCAPE':
      return { message: 'has an escape that YAML does not know', fix: 'use single quotes, or double the \\' }
    case 'BAD_SCALAR_START':
      return { message: 'starts with a character that YAML reserves', fix: 'put the value in quotes' }
    case 'MULTIPLE_DOCS':
      return { message: 'contains more than one YAML document', fix: 'keep one, and remove the --- lines' }
    case 'TAG_RESOLVE_FAILED':
    case 'MULTIPLE_TAGS':
      return refused.tag
    case 'BAD_ALIAS':
    case 'ALIAS_PROPS':
    case 'MULTIPLE_ANCHORS':
      return refused.alias
    case 'BAD_DIRECTIVE':
      return { message: 'has a directive that is not supported', fix: 'remove the line that starts with %' }
    case 'DUPLICATE_KEY':
      return refused.duplicate
    case 'NON_STRING_KEY':
      return refused.key
    case 'BAD_COLLECTION_TYPE':
    case 'BAD_PROP_ORDER':
    case 'BLOCK_IN_FLOW':
    case 'IMPOSSIBLE':
    case 'RESOURCE_EXHAUSTION':
    case 'UNEXPECTED_TOKEN':
      return { message: 'is not valid YAML', fix: 'correct the syntax here' }
  }
}
