import { createHash, randomBytes } from 'node:crypto'
import { Refusal } from '../edge/refusal.ts'
import type { Store } from './store.ts'

/** One kind of record in the store. Ids may be secrets: only their hashes become keys. */
export interface Collection<T> {
  get(id: string): Promise<T | undefined>
  set(id: string, record: T): Promise<void>
  /** Writes only where nothing is; true if it wrote. */
  add(id: string, record: T): Promise<boolean>
  /**
   * One atomic step of a record: `change` sees the current one and returns the next, or undefined to leave it.
   * It may run again when another writer came between. Returns what was written, or undefined if nothing was.
   */
  update(id: string, change: (current: T) => T | undefined): Promise<T | undefined>
}

/** 128 random bits, base64url. */
export const createId = (): string => randomBytes(16).toString('base64url')

/** sha256 of the parts, base64url; no two different lists of parts give the same text. */
export function hashOf(...parts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

const maxAttempts = 20

/**
 * @param name the kind; the part of its keys before the colon.
 * @param ttlMs how long a record lives after it was last written.
 * @throws {Refusal} `store_unavailable` from every method when the store can't answer.
 */
export function createCollection<T>(store: Store, name: string, ttlMs: number): Collection<T> {
  const keyOf = (id: string): string => `${name}:${hashOf(id)}`

  async function ask<R>(question: () => Promise<R>): Promise<R> {
    try {
      return await question()
    } catch (cause) {
      throw new Refusal('store_unavailable', `the store did not answer for ${name}`, { cause })
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
    async set(id, record) {
      await ask(() => store.set(keyOf(id), JSON.stringify(record), ttlMs))
    },
    async add(id, record) {
      return ask(() => store.add(keyOf(id), JSON.stringify(record), ttlMs))
    },
    async update(id, change) {
      const key = keyOf(id)
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const value = await read(key)
        if (value === undefined) return undefined
        const next = change(parse(value))
        if (next === undefined) return undefined
        if (await ask(() => store.replace(key, value, JSON.stringify(next), ttlMs))) return next
      }
      throw new Refusal('store_unavailable', `a record of ${name} changed ${maxAttempts} times in a row`)
    },
  }
}
