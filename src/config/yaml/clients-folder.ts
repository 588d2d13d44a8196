import { join } from 'node:path'
import { codeOf, type Files } from '../files.ts'
import type { Fault } from './interpolate.ts'
import { explainFileError } from './read-text.ts'
import { findKeyFault } from './yaml-faults.ts'

/** The files of `clientsDir`: a client's key and its file. Hidden files and other types are skipped. */
export function listClientFiles(
  folder: string,
  files: Files,
): {
  clients: { key: string; file: string }[]
  faults: Fault[]
} {
  let names: string[]
  try {
    names = files.list(folder)
  } catch (error) {
    const message = codeOf(error) === 'ENOTDIR' ? 'is not a folder' : explainFileError(error)
    return { clients: [], faults: [{ message, fix: 'correct the path' }] }
  }
  const visible = names.filter((name) => !name.startsWith('.'))
  const clients = visible
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ key: name.slice(0, -'.yaml'.length), file: join(folder, name) }))
  // If it were silently skipped, its client would be unprotected.
  const faults = visible
    .filter((name) => /\.ya?ml$/i.test(name) && !name.endsWith('.yaml'))
    .map((name) => ({ message: `holds ${JSON.stringify(name)}, which is not read`, fix: 'name it *.yaml' }))
  const unusable = clients.flatMap(({ key }) => findKeyFault(key) ?? [])
  return {
    clients: clients.filter(({ key }) => findKeyFault(key) === undefined),
    faults: [...faults, ...unusable],
  }
}
