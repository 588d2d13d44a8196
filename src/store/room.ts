import { append, type Chain, type Link, remove } from './chain.ts'
import type { Owner } from './store.ts'

/** Who comes in. */
export interface Arrival {
  readonly key: string
  readonly value: string
  /** By the store's own clock. */
  readonly expiresAt: number
  readonly owner: Owner
  readonly bytes: number
}

export interface Entry extends Arrival, Link<Entry> {
  readonly share: Share
}

/** What one owner holds in entries of like size, the oldest first. */
interface Share extends Link<Share>, Chain<Entry> {
  readonly owner: string
  /** The shares of entries of this size, by owner. */
  readonly peers: Map<string, Share>
  bytes: number
}

/** Bounded room, in which the largest owner makes room for the others. */
export interface Room {
  /** What one entry may take, in bytes. */
  readonly longest: number
  /** What is in it, in bytes, and how many had to leave. */
  readonly use: { readonly usedBytes: number; readonly evicted: number }
  enter(arrival: Arrival): Entry
  leave(entry: Entry): void
  /**
   * Who has to leave next for one who comes, until there is room: the oldest entry of a share that is as large as any,
   * within a factor of two; of the comer's own where that is one of them.
   */
  findLeaver(comer: Arrival): Entry | undefined
}

export interface RoomBounds {
  readonly entries: number
  readonly bytes: number
}

/** The power of two below; 0 for 0. */
const magnitudeOf = (bytes: number): number => 31 - Math.clz32(bytes | 1)

/** As many as there are magnitudes of a number of 32 bits. */
const forEachMagnitude = <T>(make: () => T): T[] => Array.from({ length: 32 }, make)

/**
 * Entries of one owner that differ in size are apart: a few large ones of a flood do not stand for the many small ones
 * of people who happen to share its address, and are the first to go.
 */
export function createRoom(bounds: RoomBounds): Room {
  const shares = forEachMagnitude(() => new Map<string, Share>())
  /** The shares by the magnitude of what they hold, so that a largest one is found without a search. */
  const ranks = forEachMagnitude((): Chain<Share> => ({ first: undefined, last: undefined }))
  let held = 0
  let count = 0
  let evicted = 0

  const peersOf = ({ bytes }: Arrival) =>
    shares[/* guard: shares-by-size */ magnitudeOf(bytes)] as Map<string, Share>
  const rankOf = (share: Share) => ranks[magnitudeOf(share.bytes)] as Chain<Share>

  function shareOf(arrival: Arrival): Share {
    const owner = arrival.owner.name
    const peers = peersOf(arrival)
    const known = peers.get(owner)
    if (known) return known
    const links = { before: undefined, after: undefined, first: undefined, last: undefined }
    const share: Share = { owner, peers, bytes: 0, ...links }
    peers.set(owner, share)
    append(rankOf(share), share)
    return share
  }

  function resize(share: Share, by: number): void {
    const before = rankOf(share)
    share.bytes += by
    held += by
    const after = rankOf(share)
    if (after === before) return
    remove(before, share)
    append(after, share)
  }

  return {
    longest: bounds.bytes / 16,
    get use() {
      return { usedBytes: held, evicted }
    },
    enter(arrival) {
      const share = shareOf(arrival)
      const { key, value, expiresAt, owner, bytes } = arrival
      const entry: Entry = { key, value, expiresAt, owner, bytes, share, before: undefined, after: undefined }
      append(share, entry)
      resize(share, bytes)
      count += 1
      return entry
    },
    leave(entry) {
      const { share } = entry
      remove(share, entry)
      resize(share, -entry.bytes)
      count -= 1
      if (share.first) return
      remove(rankOf(share), share)
      share.peers.delete(share.owner)
    },
    findLeaver(comer) {
      if (
        /* guard: bounded-entries */ count < bounds.entries &&
        /* guard: bounded-bytes */ held + comer.bytes <= bounds.bytes
      )
        return undefined
      evicted += 1
      // guard: largest-owner-loses
      const largest = ranks.findLast(({ first }) => first !== undefined)
      const own = peersOf(comer).get(comer.owner.name)
      return own && /* guard: comer-loses */ rankOf(own) === largest ? own.first : largest?.first?.first
    },
  }
}
