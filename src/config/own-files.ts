import { ConfigError } from './config-error.ts'
import type { Files } from './files.ts'
import { explainFileError } from './yaml/read-text.ts'

/** A file that a key of the configuration names, or one in the folder that it names. */
export interface OwnFile {
  readonly file: string
  readonly bytes: Buffer
}

/** A folder that a key of the configuration names, and what is read of it. */
export interface OwnFolder {
  readonly folder: string
  /** By name. */
  readonly files: ReadonlyMap<string, OwnFile>
}

/** The error for a file that a key of the configuration names, or for one in the folder that it names. */
export function refuseFile(key: string, file: string, message: string, fix: string, line = 1): ConfigError {
  return new ConfigError([{ file, line, column: 1, key, message, fix }])
}

/** @throws {ConfigError} if the file can't be read. */
export function readOwnFile(key: string, file: string, files: Files): OwnFile {
  try {
    return { file, bytes: files.read(file) }
  } catch (error) {
    throw refuseFile(key, file, explainFileError(error), 'correct the path or the file')
  }
}

/** @throws {ConfigError} if the file is larger. */
export function requireSize(key: string, { file, bytes }: OwnFile, maxBytes: number): void {
  if (bytes.length > maxBytes)
    throw refuseFile(key, file, `is larger than ${maxBytes / 1024} KiB`, 'make it smaller')
}

/** @throws {ConfigError} if the folder can't be read. */
export function listOwnFolder(key: string, folder: string, files: Files): string[] {
  try {
    return files.list(folder)
  } catch (error) {
    throw refuseFile(key, folder, explainFileError(error), 'correct the path')
  }
}
