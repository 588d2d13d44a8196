import { readdirSync, readFileSync, statSync } from 'node:fs'
import { ConfigError } from '../config/config-error.ts'
import { explainFileError } from '../config/yaml/read-text.ts'

/** The error for a file that a key of the configuration names, or for one in the folder that it names. */
export function refuseFile(key: string, file: string, message: string, fix: string, line = 1): ConfigError {
  return new ConfigError([{ file, line, column: 1, key, message, fix }])
}

/** @throws {ConfigError} if the file can't be read or is larger. */
export function readOwnFile(key: string, file: string, maxBytes: number): Buffer {
  let bytes: Buffer | undefined
  try {
    bytes = statSync(file).size > maxBytes ? undefined : readFileSync(file)
  } catch (error) {
    throw refuseFile(key, file, explainFileError(error), 'correct the path or the file')
  }
  if (bytes) return bytes
  throw refuseFile(key, file, `is larger than ${maxBytes / 1024} KiB`, 'make it smaller')
}

/** @throws {ConfigError} if the folder can't be read. */
export function listOwnFolder(key: string, folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    throw refuseFile(key, folder, explainFileError(error), 'correct the path')
  }
}
