import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Eta } from 'eta/core'
import { findPackageFolder } from '../config/package-folder.ts'
import { makeSafe } from '../terminal/make-safe.ts'

/**
 * An HTML page for operators that needs no script, no network and nothing beside it. Its own security policy allows
 * its one style, and nothing else.
 *
 * @param template a file of `config/operator`, which escapes what it shows.
 * @param content texts that were cleaned.
 */
export function drawPage(template: string, content: object): string {
  const folder = findPackageFolder('operator', 'operator.css', import.meta.dirname)
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  const style = read('operator.css')
  const styleHash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`
  return new Eta({ autoEscape: true }).renderString(read(template), { ...content, style, policy })
}

/** What stands in a log or in a configuration may turn the text around it, or hide in it. */
export function cleanTexts<T>(value: T): T {
  if (typeof value === 'string') return makeSafe(value) as T
  if (Array.isArray(value)) return value.map(cleanTexts) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cleanTexts(inner)])) as T
}
