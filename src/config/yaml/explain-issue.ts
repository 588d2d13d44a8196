import type { z } from 'zod'
import type { Path } from '../config-error.ts'
import { describePath, mappingOf } from '../json-schema.ts'
import type { Fault } from './interpolate.ts'
import { suggest } from './suggest.ts'
import { isMapping, pick } from './values.ts'

export type Schema = NonNullable<ReturnType<typeof describePath>>

/** A fault of a value or of a key, at its path. */
export interface LocatedFault {
  path: Path
  part: 'key' | 'value'
  fault: Fault
  /** There is no value. */
  isMissing?: true
  /** The key that was meant, most likely: neither it nor what is in it is missing. */
  meant?: Path
}

const types: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

/** Explains an issue of the schema and how to fix it. The words never repeat the value, which may be a secret. */
export function explainIssue(issue: z.core.$ZodIssue, file: unknown, schema: Schema): LocatedFault[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  const value = pick(file, path)
  const at = describePath(schema, path)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => explainUnknownKey(path, key, at))
  const meant = issue.code === 'invalid_union' ? findMeant(issue) : undefined
  if (meant !== undefined)
    return meant.flatMap((inner) =>
      explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, file, schema),
    )
  if (issue.code === 'invalid_key')
    return issue.issues.map((inner) => ({ path, part: 'key', fault: explainValue(inner, value, at) }))
  // A fault of a whole mapping is reported at its name, not at its first key.
  const part = issue.code === 'custom' && isMapping(value) ? 'key' : 'value'
  const fault = explainValue(issue, value, at)
  return [{ path, part, fault, ...(fault.message === missing && { isMissing: true }) }]
}

const missing = 'is missing'

/** The issues of the one way to write a value that is of its type. */
function findMeant({ errors }: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  return errors.find((issues) => !issues.some(isOfAnotherType))
}

const isOfAnotherType = ({ code, path }: z.core.$ZodIssue): boolean =>
  code === 'invalid_type' && path.length === 0

function explainUnknownKey(path: Path, key: string, at: Schema | undefined): LocatedFault {
  const unknown = (fix: string, meant?: Path): LocatedFault => ({
    path: [...path, key],
    part: 'key',
    fault: { message: 'unknown key', fix },
    ...(meant !== undefined && { meant }),
  })
  const known = Object.keys(mappingOf(at)?.properties ?? {})
  const glued = /^([A-Za-z]+):/.exec(key)?.[1]
  if (glued !== undefined && known.includes(glued))
    return unknown(`put a space after "${glued}:"`, [...path, glued])
  const near = suggest(key, known)
  if (near !== undefined) return unknown(`did you mean "${near}"?`, [...path, near])
  // In a file of clientsDir, whose name is the key already.
  if (path.at(-1) === key) return unknown(`take "${key}:" away, and write its keys in its place`, path)
  return unknown(`known here: ${known.join(', ')}`)
}

function explainValue(issue: z.core.$ZodIssue, value: unknown, at: Schema | undefined): Fault {
  if (typeof value === 'string' && /^[\u2018-\u201f]/.test(value))
    return {
      message: 'is in typographic quotes, which are part of the text',
      fix: 'write straight ones: " or \'',
    }
  if (issue.code === 'custom') return { message: issue.message, fix: String(issue.params?.['fix']) }
  const isMissing = value === undefined
  const description = at?.description === undefined ? '' : ` (${at.description})`
  if (isMissing) return { message: missing, fix: `add it${description}` }
  switch (issue.code) {
    case 'invalid_value': {
      const words = issue.values.map(String)
      if (typeof value !== 'string')
        return { message: `is ${nameType(value)} where a word belongs`, fix: `write ${list(words)}` }
      const near = suggest(value, words)
      return {
        message: `is not ${list(words)}`,
        fix: near === undefined ? `write ${list(words)}` : `did you mean "${near}"?`,
      }
    }
    case 'invalid_type':
      return explainType(types[issue.expected] ?? issue.expected, value, at)
    case 'invalid_union':
      return explainType(listTypes(issue), value, at)
    case 'too_small':
      if (issue.origin === 'array') return { message: 'is empty', fix: `add an entry${description}` }
      return { message: `is less than ${issue.minimum}`, fix: `write ${issue.minimum} or more` }
    case 'too_big':
      return { message: `is more than ${issue.maximum}`, fix: `write ${issue.maximum} or less` }
    default:
      return { message: 'is not accepted', fix: `correct it${description}` }
  }
}

function explainType(expected: string, value: unknown, at: Schema | undefined): Fault {
  const message = `is ${nameType(value)} where ${expected} belongs`
  if (expected === 'a list') return { message, fix: 'write [ ] around it, or - before each entry' }
  const [example] = at?.examples ?? []
  if (example !== undefined) return { message, fix: `write ${expected} such as ${example}` }
  if (expected === 'text' && (typeof value === 'number' || typeof value === 'boolean'))
    return { message, fix: 'put it in quotes' }
  if (typeof value === 'string' && /number|true/.test(expected))
    return {
      message,
      fix: 'write it without quotes; what comes from the environment or a file is always text',
    }
  if (expected !== 'a mapping') return { message, fix: `write ${expected}` }
  if (Array.isArray(value)) return { message, fix: 'write a key and a colon in place of each -' }
  const keys = at?.required ?? []
  return { message, fix: `write its keys below it${keys.length === 0 ? '' : `: ${keys.join(', ')}`}` }
}

/** The types that a value may have. */
function listTypes({ errors }: z.core.$ZodIssueInvalidUnion): string {
  const names = errors
    .flat()
    .filter((issue) => issue.code === 'invalid_type')
    .map(({ expected }) => types[expected])
  const comma = names.length > 2 ? ',' : ''
  return `${names.slice(0, -1).join(', ')}${comma} or ${names.at(-1)}`
}

function nameType(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    default:
      return 'a mapping'
  }
}

function list(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
