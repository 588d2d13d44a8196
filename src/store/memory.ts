import type { Store } from './store.ts'

interface Entry {
  readonly value: string
  readonly expiresAt: number
}

/**
 * The engine for one instance: bounded, gone with the process.
 * Each kind of record (the part of a key before its first colon) has a bound of its own, so that a flood of one
 * kind can't push out another; past it the oldest entry of that kind goes, which only ever costs a refusal.
 *
 * @param now epoch milliseconds.
 * @param maxPerKind entries.
 */
export function createMemoryStore(now: () => number, maxPerKind = 50_000): Store {
  const kinds = new Map<string, Map<string, Entry>>()
  const sweep = setInterval(dropExpired, 60_000).unref()

  function kindOf(key: string): Map<string, Entry> {
    const name = key.slice(0, key.indexOf(':'))
    const found = kinds.get(name)
    if (found) return found
    const created = new Map<string, Entry>()
    kinds.set(name, created)
    return created
  }

  function dropExpired(): void {
    for (const entries of kinds.values()) {
      for (const [key, entry] of entries) if (entry.expiresAt <= now()) entries.delete(key)
    }
  }

  function read(key: string): string | undefined {
    const entry = kindOf(key).get(key)
    return entry !== undefined && entry.expiresAt > now() ? entry.value : undefined
  }

  function write(key: string, value: string, ttlMs: number): void {
    const entries = kindOf(key)
    entries.delete(key)
    if (entries.size >= maxPerKind) {
      const [oldest] = entries.keys()
      if (oldest !== undefined) entries.delete(oldest)
    }
    entries.set(key, { value, expiresAt: now() + ttlMs })
  }

  return {
    async get(key) {
      return read(key)
    },
    async set(key, value, ttlMs) {
      write(key, value, ttlMs)
    },
    async add(key, value, ttlMs) {
      if (read(key) !== undefined) return false
      write(key, value, ttlMs)
      return true
    },
    async replace(key, expected, value, ttlMs) {
      if (read(key) !== expected) return false
      write(key, value, ttlMs)
      return true
    },
    async close() {
      clearInterval(sweep)
    },
  }
}
