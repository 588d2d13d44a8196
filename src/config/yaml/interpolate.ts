import { resolve } from 'node:path'
import type { Files } from '../files.ts'
import { readText } from './read-text.ts'

/** What is wrong, and what to do about it. */
export interface Fault {
  message: string
  fix: string
}

/** What references lead to. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly files: Files
}

/**
 * Replaces `${NAME}` by a variable of the environment and `${file:/path}` by a file's content without its last line
 * break. The result is not interpolated again. A variable or file that is missing or empty is a fault.
 *
 * @param folder to which names of files are relative.
 */
export function interpolate(
  value: string,
  surroundings: Surroundings,
  folder: string,
): { value: string; faults: Fault[] } {
  const faults: Fault[] = []
  const replaced = value.replace(/\$\{([^}]*)(\}?)/g, (_match, inner: string, end: string) => {
    const found = end === '' ? malformed : find(inner, surroundings, folder)
    if (typeof found === 'string') return found
    faults.push(found)
    return ''
  })
  return { value: replaced, faults }
}

const malformed: Fault = {
  message: `holds a \${ that starts neither a variable nor a file`,
  fix: `write \${NAME} or \${file:/path}, without spaces and without a default`,
}

function find(inner: string, { env, files }: Surroundings, folder: string): string | Fault {
  if (inner.startsWith('file:'))
    return findFile(
      resolve(folder, inner.slice('file:'.length)),
      files,
      JSON.stringify(inner.slice('file:'.length)),
    )
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(inner)) return malformed
  const value = Object.hasOwn(env, inner) ? env[inner] : undefined
  if (value === undefined) return { message: `environment variable ${inner} is not set`, fix: 'set it' }
  if (value.trim() === '')
    return { message: `environment variable ${inner} is empty`, fix: 'give it a value' }
  return value
}

/** @param shown its name as the operator wrote it. */
function findFile(file: string, files: Files, shown: string): string | Fault {
  const read = readText(file, files)
  if ('reason' in read)
    return { message: `file ${shown} ${read.reason}`, fix: read.fix ?? 'correct the path or the file' }
  const content = read.text.replace(/\r?\n$/, '')
  return content.trim() === ''
    ? { message: `file ${shown} is empty`, fix: 'write the value into it' }
    : content
}
