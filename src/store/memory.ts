import { createElapsed } from './elapsed.ts'
import { createRoom, type Entry, type Room } from './room.ts'
import { EntryTooLarge, type Owner, type Store } from './store.ts'

/** Entries that one turn of the sweep looks at: a fraction of a millisecond. */
const sweptAtOnce = 1000
const sweepMs = 250

/** What an entry takes beside its texts: itself, its place in two maps, the share of an owner of one entry. */
const overheadBytes = 400

const nobody: Owner = { kind: 'stranger', name: '' }

const owners: readonly Owner['kind'][] = ['stranger', 'user']

interface Kind {
  readonly entries: Map<string, Entry>
  readonly rooms: Readonly<Record<Owner['kind'], Room>>
}

/**
 * The engine for one instance: bounded, gone with the process. Each kind of record (the part of a key before its first
 * colon) has its own room, divided between strangers and users: a flood of one can't evict another. If room runs out, the
 * oldest entry of the largest owner is dropped, which only ever costs a refusal.
 *
 * @param now epoch milliseconds. Set back, it brings nothing back and lets nothing live longer.
 * @param maxEntries of each kind for strangers, and as many for users.
 * @param maxBytesOf what they take at most.
 */
export function createMemoryStore(
  now: () => number,
  maxEntries = 50_000,
  maxBytesOf: (kind: string, holder: Owner['kind']) => number = () => 4 * 1024 * 1024,
): Store {
  const kinds = new Map<string, Kind>()
  const elapsed = createElapsed(now)
  let round = everything()
  const sweep = setInterval(dropExpired, sweepMs).unref()

  function kindOf(key: string): Kind {
    const name = key.slice(0, key.indexOf(':'))
    const found = kinds.get(name)
    if (found) return found
    const open = (holder: Owner['kind']): Room =>
      createRoom({ entries: maxEntries, bytes: maxBytesOf(name, holder) })
    const created = {
      entries: new Map<string, Entry>(),
      rooms: { stranger: open('stranger'), user: open('user') },
    }
    kinds.set(name, created)
    return created
  }

  function* everything(): Generator<[Kind, Entry]> {
    for (const kind of kinds.values()) for (const entry of kind.entries.values()) yield [kind, entry]
  }

  /** A part of the round each time: all at once would hold up everybody. */
  function dropExpired(): void {
    const at = elapsed()
    for (let seen = 0; seen < sweptAtOnce; seen++) {
      const { done, value } = round.next()
      if (done) {
        round = everything()
        return
      }
      const [kind, entry] = value
      if (entry.expiresAt <= at) drop(kind, entry)
    }
  }

  function drop({ entries, rooms }: Kind, entry: Entry): void {
    entries.delete(entry.key)
    rooms[entry.owner.kind].leave(entry)
  }

  function find(key: string): Entry | undefined {
    const kind = kindOf(key)
    const entry = kind.entries.get(key)
    // guard: expired-entries
    if (!entry || entry.expiresAt > elapsed()) return entry
    drop(kind, entry)
    return undefined
  }

  /** @throws {EntryTooLarge} */
  function write(key: string, value: string, ttlMs: number, owner: Owner): void {
    const kind = kindOf(key)
    const bytes = overheadBytes + bytesOf(value) + 2 * (key.length + owner.name.length)
    const room = kind.rooms[owner.kind]
    // guard: entry-too-large
    if (bytes > room.longest) throw new EntryTooLarge(`${bytes} bytes are too many for one entry`)
    const earlier = kind.entries.get(key)
    if (earlier) drop(kind, earlier)
    const comer = { key, value, expiresAt: elapsed() + ttlMs, owner, bytes }
    for (let leaver = room.findLeaver(comer); leaver; leaver = room.findLeaver(comer)) drop(kind, leaver)
    kind.entries.set(key, room.enter(comer))
  }

  return {
    get rooms() {
      return Array.from(kinds, ([kind, { rooms }]) =>
        owners.map((owner) => ({ kind, owner, limitBytes: maxBytesOf(kind, owner), ...rooms[owner].use })),
      ).flat()
    },
    async get(key) {
      return find(key)?.value
    },
    async set(key, value, ttlMs, owner = nobody) {
      write(key, value, ttlMs, owner)
    },
    async add(key, value, ttlMs, owner = nobody) {
      if (find(key)) return false
      write(key, value, ttlMs, owner)
      return true
    },
    async replace(key, expected, value, ttlMs, owner) {
      const found = find(key)
      if (found?.value !== expected) return false
      write(
        key,
        value,
        ttlMs,
        /* guard: stranger-takes-entry */ /* guard: entry-goes-to-user */ owner?.kind === 'user'
          ? owner
          : found.owner,
      )
      return true
    },
    async close() {
      clearInterval(sweep)
    },
  }
}

/** At most, as V8 holds it: two bytes a character where one of them is not Latin-1. */
function bytesOf(text: string): number {
  return /* guard: two-byte-text */ Buffer.byteLength(text) === text.length ? text.length : 2 * text.length
}
