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
  readonly name: string
  bytes: number
}

/** Bounded room, in which whoever holds the most makes room for the others. */
export interface Room {
  /** What one entry may take, in bytes. */
  readonly longest: number
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

const nameShare = ({ owner, bytes }: Arrival): string => `${magnitudeOf(bytes)} ${owner.name}`

/**
 * Entries of one owner that differ in size are apart: a few large ones of a flood do not stand for the many small ones
 * of people who happen to share its address, and are the first to go.
 */
export function createRoom(bounds: RoomBounds): Room {
  const shares = new Map<string, Share>()
  /** The shares by the magnitude of their bytes, so that a largest one is found without a search. */
  const ranks = Array.from({ length: 32 }, (): Chain<Share> => ({}))
  let bytes = 0
  let count = 0

  function shareOf(arrival: Arrival): Share {
    const name = nameShare(arrival)
    const known = shares.get(name)
    if (known) return known
    const share: Share = { name, bytes: 0 }
    shares.set(name, share)
    append(rankOf(share), share)
    return share
  }

  // As many as there are magnitudes of a number of 32 bits.
  const rankOf = (share: Share): Chain<Share> => ranks[magnitudeOf(share.bytes)] as Chain<Share>

  function resize(share: Share, by: number): void {
    const before = rankOf(share)
    share.bytes += by
    bytes += by
    const after = rankOf(share)
    if (after === before) return
    remove(before, share)
    append(after, share)
  }

  return {
    longest: bounds.bytes / 16,
    enter(arrival) {
      const share = shareOf(arrival)
      const entry: Entry = { ...arrival, share, before: undefined, after: undefined }
      append(share, entry)
      resize(share, entry.bytes)
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
      shares.delete(share.name)
    },
    findLeaver(comer) {
      if (count < bounds.entries && bytes + comer.bytes <= bounds.bytes) return undefined
      const largest = ranks.findLast(({ first }) => first !== undefined)
      const own = shares.get(nameShare(comer))
      return own && rankOf(own) === largest ? own.first : largest?.first?.first
    },
  }
}
