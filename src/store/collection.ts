import { hashOf } from '../hash.ts'
import { Refusal } from '../refusal.ts'
import { EntryTooLarge, type Owner, type Store } from './store.ts'

/**
 * One kind of record in the store. Ids may be secrets: only their hashes become keys. Whose a record is matters where
 * room runs out (`Owner`): without one it is a stranger's.
 */
export interface Collection<T> {
  get(id: string): Promise<T | undefined>
  set(id: string, record: T, owner?: Owner): Promise<void>
  /** Writes only where nothing is; true if it wrote. */
  add(id: string, record: T, owner?: Owner): Promise<boolean>
  /**
   * One atomic step of a record: `change` sees the current one and returns the next, or undefined to leave it.
   * It may run again when another writer came between. Returns what was written, or undefined if nothing was.
   *
   * @param owner the user whose record it is from now on.
   */
  update(id: string, change: (current: T) => T | undefined, owner?: Owner): Promise<T | undefined>
}

const maxAttempts = 20

/** A record longer than this is none that the gateway needs. */
const maxRecordLength = 512 * 1024

/**
 * @param name the kind; the part of its keys before the colon.
 * @param ttlMs how long a record lives after it was last written.
 * @throws {Refusal} `store_unavailable` from every method when the store can't answer or the record is too large for it.
 */
export function createCollection<T>(store: Store, name: string, ttlMs: number): Collection<T> {
  const keyOf = (id: string): string => `${name}:${hashOf(id)}`

  function write(record: T): string {
    const text = JSON.stringify(record)
    // guard: record-length
    if (text.length > maxRecordLength) throw new EntryTooLarge(`${text.length} characters of ${name}`)
    return text
  }

  async function ask<R>(question: () => Promise<R>): Promise<R> {
    try {
      return await question()
    } catch (cause) {
      const isTooLarge = cause instanceof EntryTooLarge
      const detail = isTooLarge ? `a record of ${name} is too large` : `the store did not answer for ${name}`
      throw new Refusal('store_unavailable', detail, { cause })
    }
  }

  /** JSON.parse quotes what it can't read, and records hold codes. */
  function parse(value: string): T {
    try {
      return JSON.parse(value)
    } catch {
      throw new Error(`a record of ${name} can't be read`)
    }
  }

  const read = (key: string): Promise<string | undefined> => ask(() => store.get(key))

  return {
    async get(id) {
      const value = await read(keyOf(id))
      return value === undefined ? undefined : parse(value)
    },
    async set(id, record, owner) {
      await ask(async () => store.set(keyOf(id), write(record), ttlMs, owner))
    },
    async add(id, record, owner) {
      return ask(async () => store.add(keyOf(id), write(record), ttlMs, owner))
    },
    async update(id, change, owner) {
      const key = keyOf(id)
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const value = await read(key)
        if (value === undefined) return undefined
        const next = change(parse(value))
        if (next === undefined) return undefined
        if (await ask(async () => store.replace(key, value, write(next), ttlMs, owner))) return next
      }
      throw new Refusal('store_unavailable', `a record of ${name} changed ${maxAttempts} times in a row`)
    },
  }
}
