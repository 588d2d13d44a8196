import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Eta } from 'eta/core'
import type { ConfigError } from '../config/config-error.ts'
import { type OwnFile, type OwnFolder, refuseFile, requireSize } from '../config/own-files.ts'
import { findPackageFolder } from '../config/package-folder.ts'
import type { View } from './view.ts'

const names = ['layout', 'message', 'form-post', 'passkeys'] as const
const styleName = 'style.css'
const key = 'pages.templates'
const maxBytes = 256 * 1024

/** The templates, compiled. */
export interface Templates {
  render(view: View): string
  /** @throws {ConfigError} if an operator's template can't show this, with the file's name. */
  prove(view: View): void
  /** What the operator's `style.css` adds to the stylesheet. */
  readonly style: string
}

export const findTemplatesFolder = (from: string = import.meta.dirname): string =>
  findPackageFolder('templates', 'layout.eta', from)

/**
 * Compiles the templates.
 *
 * @param own the operator's, which replace those of the same name.
 * @throws {ConfigError} names the file that can't be used.
 */
export function compileTemplates(own: OwnFolder | undefined): Templates {
  const eta = new Eta({ autoEscape: true })
  if (own) requireKnown(own)
  const fileOf = (name: string): OwnFile | undefined => own?.files.get(name)

  for (const name of names) {
    const found = fileOf(`${name}.eta`)
    if (found === undefined) {
      eta.loadTemplate(name, readFileSync(join(findTemplatesFolder(), `${name}.eta`), 'utf8'))
      continue
    }
    requireSize(key, found, maxBytes)
    try {
      eta.loadTemplate(name, found.bytes.toString('utf8'))
    } catch (error) {
      throw explain(found.file, error)
    }
  }

  return {
    style: readStyle(fileOf(styleName)),
    render: (view) => eta.render(view.template, view),
    prove(view) {
      const files = [fileOf(`${view.template}.eta`), fileOf('layout.eta')].flatMap(
        (found) => found?.file ?? [],
      )
      if (files.length === 0) return
      try {
        eta.render(view.template, view)
      } catch (error) {
        throw explain(files.join(' or '), error)
      }
    },
  }
}

/** A file that replaces nothing would be ignored silently. */
function requireKnown({ folder, files }: OwnFolder): void {
  const known = [...names.map((name) => `${name}.eta`), styleName]
  const unknown = [...files.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw refuseFile(key, join(folder, unknown), 'stands in for nothing', `name it ${known.join(', ')}`)
}

function readStyle(found: OwnFile | undefined): string {
  if (found === undefined) return ''
  requireSize(key, found, maxBytes)
  const style = found.bytes.toString('utf8')
  if (/<\/style|<!--/i.test(style)) throw refuseFile(key, found.file, 'holds HTML', 'write CSS alone')
  return style
}

/** The engine shows the whole compiled function after its message. */
function explain(file: string, error: unknown): ConfigError {
  const [message = ''] = String(error).split(/\n=+\n/)
  return refuseFile(
    key,
    file,
    `does not work: ${message.replace(/\s+/g, ' ').trim()}`,
    'correct the template',
  )
}
