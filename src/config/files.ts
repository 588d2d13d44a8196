import { hash } from 'node:crypto'
import { type BigIntStats, closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'

/** No file that belongs to a configuration is larger. */
export const limitBytes = 1024 * 1024

/** What a file or folder was like when it was read. */
export interface Seen {
  readonly kind: 'file' | 'folder'
  /** The SHA-256 of its bytes, or of the names in the folder; the code of the error if it could not be read. */
  readonly content: string
  /** Stays the same while nothing was written; undefined where only the content tells. */
  readonly stamp: string | undefined
}

/** Reads what a configuration consists of, and remembers all of it, also what was not there. */
export interface Files {
  readonly seen: ReadonlyMap<string, Seen>
  /** The bytes of what can't be read twice, such as a pipe. */
  readonly kept: ReadonlyMap<string, Buffer>
  /**
   * The first 1 MiB of a file; one byte more if it is larger.
   *
   * @throws the error of the system.
   */
  read(file: string): Buffer
  /**
   * The names in a folder, in order.
   *
   * @throws the error of the system.
   */
  list(folder: string): string[]
}

/**
 * @param earlier has what was read before: a pipe is read once.
 * @param now epoch milliseconds.
 */
export function createFiles(earlier?: Pick<Files, 'kept'>, now: () => number = Date.now): Files {
  const seen = new Map<string, Seen>()
  const kept = new Map(earlier?.kept)
  // Two references to one file are to one content.
  const contents = new Map(kept)

  function see<R>(
    kind: Seen['kind'],
    path: string,
    look: () => { stats: BigIntStats; found: R; content: string },
  ): R {
    try {
      const { stats, found, content } = look()
      seen.set(path, { kind, content, stamp: stampOf(stats, now()) })
      return found
    } catch (error) {
      seen.set(path, { kind, content: codeOf(error), stamp: codeOf(error) })
      throw error
    }
  }

  return {
    seen,
    kept,
    read: (file) =>
      contents.get(file) ??
      see('file', file, () => {
        const { stats, bytes } = readFile(file)
        contents.set(file, bytes)
        if (!stats.isFile()) kept.set(file, bytes)
        return { stats, found: bytes, content: hash('sha256', bytes) }
      }),
    list: (folder) =>
      see('folder', folder, () => {
        // Looked at before it is read: what comes in between changes it.
        const stats = statSync(folder, { bigint: true })
        const names = readdirSync(folder).sort()
        return { stats, found: names, content: hash('sha256', JSON.stringify(names)) }
      }),
  }
}

/** The code of a system's error. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'

/** Two writes closer than this may leave the same times. */
const coarsestClockMs = 2000

/**
 * What the file system says about a file, or about the one that a link leads to.
 *
 * @param now epoch milliseconds.
 * @returns undefined if the last write is so recent that another one could leave no trace.
 */
export function stampOf({ dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs }: BigIntStats, now: number) {
  const lastWrite = Math.max(Number(mtimeMs), Number(ctimeMs))
  return now - lastWrite < coarsestClockMs ? undefined : [dev, ino, size, mtimeNs, ctimeNs].join()
}

/** Reads in pieces, because the size of a pipe or a device isn't known beforehand; of a file, a short read is its end. */
function readFile(file: string): { stats: BigIntStats; bytes: Buffer } {
  const descriptor = openSync(file, 'r')
  try {
    const stats = fstatSync(descriptor, { bigint: true })
    let buffer = Buffer.allocUnsafe(Math.min(Number(stats.size), limitBytes) + 1)
    let length = 0
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null)
      length += read
      const isEnd = read === 0 || (stats.isFile() && length < buffer.length)
      if (isEnd || length > limitBytes) return { stats, bytes: buffer.subarray(0, length) }
      if (length === buffer.length)
        buffer = Buffer.concat([buffer], Math.min(length * 2 + 1024, limitBytes + 1))
    }
  } finally {
    closeSync(descriptor)
  }
}
