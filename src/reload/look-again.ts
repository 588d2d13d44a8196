import { stat } from 'node:fs/promises'
import { codeOf, createFiles, type Files, type Seen, stampOf } from '../config/files.ts'

/** What was read of a configuration. */
export type WasRead = Pick<Files, 'seen' | 'kept'>

/** So many files are looked at together; in between, requests have their turn. */
const batchSize = 64

/**
 * Looks whether what was read is still the same. A file is opened only if the file system says that it was written, and
 * counts as changed only if its content did.
 *
 * @param now epoch milliseconds.
 * @returns the same as it looks now; undefined if anything changed.
 */
export async function lookAgain(read: WasRead, now: () => number = Date.now): Promise<WasRead | undefined> {
  const again = createFiles(read, now)
  const seen = new Map(read.seen)
  // What was kept can't be read again.
  const entries = [...seen].filter(([path]) => !read.kept.has(path))
  for (let start = 0; start < entries.length; start += batchSize) {
    const batch = entries.slice(start, start + batchSize)
    const stamps = await Promise.all(batch.map(([path]) => readStamp(path, now)))
    for (const [index, [path, before]] of batch.entries()) {
      if (before.stamp !== undefined && before.stamp === stamps[index]) continue
      const found = see(again, path, before.kind)
      if (found?.content !== before.content) return undefined
      seen.set(path, found)
    }
  }
  return { seen, kept: read.kept }
}

/** The stamp of a file, or of the one that a link leads to; the code of the error if there is none. */
async function readStamp(path: string, now: () => number): Promise<string | undefined> {
  try {
    return stampOf(await stat(path, { bigint: true }), now())
  } catch (error) {
    return codeOf(error)
  }
}

function see(files: Files, path: string, kind: Seen['kind']): Seen | undefined {
  try {
    if (kind === 'file') files.read(path)
    else files.list(path)
  } catch {
    // What it was is seen all the same.
  }
  return files.seen.get(path)
}
