import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LogError } from './log-error.ts'

/** One log, as the operator names it. */
export interface Log {
  readonly name: string
  readonly bytes: AsyncIterable<Buffer>
}

const chunkBytes = 1024 * 1024

/** Opens logs when they are read, one after the other; those that are compressed by gzip (RFC 1952) are inflated. */
export const openLogs = (files: readonly string[]): Log[] =>
  files.map((name) => ({ name, bytes: readFile(name) }))

/** A log that comes from elsewhere, such as standard input. */
export const openLog = (name: string, bytes: AsyncIterable<Buffer>): Log => ({
  name,
  bytes: explain(name, inflate(bytes)),
})

const readFile = (name: string): AsyncIterable<Buffer> =>
  explain(name, inflate(createReadStream(name, { highWaterMark: chunkBytes })))

/** By its first two bytes, since names say little: a rotated log may have any. */
async function* inflate(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = bytes[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < 2) {
    const { done, value } = await iterator.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  const whole = join(head, iterator)
  yield* head[0] === 0x1f && head[1] === 0x8b ? gunzip(whole) : whole
}

async function* join(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* { [Symbol.asyncIterator]: () => rest }
}

function gunzip(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const inflated = createGunzip({ chunkSize: chunkBytes })
  // The reader of the stream gets the error.
  return pipeline(Readable.from(bytes), inflated, () => {})
}

const faults = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'is a folder: name the files in it'],
  ['EACCES', 'this user may not read it'],
  ['Z_DATA_ERROR', 'the gzip file is damaged'],
  ['Z_BUF_ERROR', 'the gzip file ends too early: was it copied while it was written?'],
])

async function* explain(name: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* bytes
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    throw new LogError(`${name}: ${faults.get(code ?? '') ?? `can't be read (${code ?? 'unknown'})`}`, {
      cause: error,
    })
  }
}
