import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** The folder in which README's commands are typed. */
export const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The lines that README has an operator type below a heading, without their comments. */
export function readCommands(heading: string): string[] {
  const [, section = ''] = readme.split(`\n## ${heading}\n`)
  const [text = ''] = section.split(/^## /m)
  return Array.from(text.matchAll(/^ {4}(\S.*)$/gm), ([, line = '']) => line.replace(/\s+# .*$/, '').trim())
}

/**
 * The one line below a heading that begins so.
 * @throws Error if README has none there any more, or several
 */
export function readCommand(heading: string, start: string): string {
  const found = [...new Set(readCommands(heading).filter((line) => line.startsWith(start)))]
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`README, "${heading}": ${found.length} lines begin with "${start}"`)
  return found[0]
}

/** README's example of a configuration. */
export const readExample = (): Record<string, unknown> => firstYaml(readme)

/** What the guide of an OP has in its example below `provider`, for an OP at this address. */
export function readProvider(guide: string, publicUrl: string): unknown {
  const text = readFileSync(join(root, 'docs/providers', `${guide}.md`), 'utf8')
  return firstYaml(text.replaceAll('https://login.example.com', publicUrl))['provider']
}

function firstYaml(text: string): Record<string, unknown> {
  const [, yaml = ''] = /^```yaml\n(.*?)^```$/ms.exec(text) ?? []
  return parse(yaml)
}
