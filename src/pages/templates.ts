import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Eta } from 'eta/core'
import type { ConfigError } from '../config/config-error.ts'
import { findPackageFolder } from '../config/package-folder.ts'
import { listOwnFolder, readOwnFile, refuseFile } from './own-files.ts'
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
 * Reads and compiles the templates.
 *
 * @param own the operator's folder, whose files replace those of the same name.
 * @throws {ConfigError} names the file that can't be used.
 */
export function readTemplates(own: string | undefined): Templates {
  const eta = new Eta({ autoEscape: true })
  const found = own === undefined ? [] : listOwnTemplates(own)
  const fileOf = (name: string): string | undefined =>
    own !== undefined && found.includes(name) ? join(own, name) : undefined

  for (const name of names) {
    const file = fileOf(`${name}.eta`)
    if (file === undefined) {
      eta.loadTemplate(name, readFileSync(join(findTemplatesFolder(), `${name}.eta`), 'utf8'))
      continue
    }
    const source = readOwnFile(key, file, maxBytes).toString('utf8')
    try {
      eta.loadTemplate(name, source)
    } catch (error) {
      throw explain(file, error)
    }
  }

  return {
    style: readStyle(fileOf(styleName)),
    render: (view) => eta.render(view.template, view),
    prove(view) {
      const files = [fileOf(`${view.template}.eta`), fileOf('layout.eta')].filter(
        (file) => file !== undefined,
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
function listOwnTemplates(folder: string): string[] {
  const known = [...names.map((name) => `${name}.eta`), styleName]
  const files = listOwnFolder(key, folder)
  const unknown = files.find((file) => ['.eta', '.css'].includes(extname(file)) && !known.includes(file))
  if (unknown === undefined) return files
  throw refuseFile(key, join(folder, unknown), 'stands in for nothing', `name it ${known.join(', ')}`)
}

function readStyle(file: string | undefined): string {
  if (file === undefined) return ''
  const style = readOwnFile(key, file, maxBytes).toString('utf8')
  if (/<\/style|<!--/i.test(style)) throw refuseFile(key, file, 'holds HTML', 'write CSS alone')
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
