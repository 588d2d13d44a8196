import { extname, join, resolve } from 'node:path'
import type { Files } from './files.ts'
import { listOwnFolder, type OwnFolder, readOwnFile } from './own-files.ts'
import type { PagesLook } from './schema/pages-schema.ts'
import { pick } from './yaml/values.ts'

/** What templates and styles are recognised by; all other files in their folder are the operator's own. */
const templateTypes: readonly string[] = ['.eta', '.css']

/**
 * Reads the logo and the templates.
 *
 * @param value of `pages`, which is accepted.
 * @param folder to which paths are relative.
 * @throws {ConfigError} names the file that can't be read.
 */
export function readPages(
  value: unknown,
  folder: string,
  files: Files,
): Pick<PagesLook, 'logo' | 'templates'> {
  const [logo, templates] = [pick(value, ['logo']), pick(value, ['templates'])]
  return {
    ...(typeof logo === 'string' && { logo: readOwnFile('pages.logo', resolve(folder, logo), files) }),
    ...(typeof templates === 'string' && { templates: readTemplates(resolve(folder, templates), files) }),
  }
}

function readTemplates(folder: string, files: Files): OwnFolder {
  const key = 'pages.templates'
  const names = listOwnFolder(key, folder, files).filter((name) => templateTypes.includes(extname(name)))
  return { folder, files: new Map(names.map((name) => [name, readOwnFile(key, join(folder, name), files)])) }
}
