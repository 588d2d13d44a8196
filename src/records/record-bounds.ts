import type { Owner } from '../store/store.ts'

/**
 * What the shares below are hundredths of. Together they are 147, so that records take about half of the heap if all kinds
 * are full at once; the rest is for the requests under way.
 */
const partOfHeap = 0.35

/** However large the heap is. */
const maxRoomBytes = 256 * 1024 * 1024

/** Hundredths of the room, by kind of record: for what strangers write and for what is a user's. */
const hundredths: Readonly<Record<string, Partial<Record<Owner['kind'], number>>>> = {
  'in-flight': { stranger: 14, user: 8 },
  'in-flight-ids': { stranger: 3, user: 2 },
  'front-channel': { stranger: 2 },
  pushed: { stranger: 8 },
  'step-up': { user: 12 },
  need: { user: 3 },
  pass: { user: 5 },
  proof: { user: 5 },
  'sign-in': { user: 2 },
  ceremony: { stranger: 2, user: 2 },
  entry: { user: 1 },
  removal: { user: 1 },
  epoch: { user: 7 },
  code: { user: 4 },
  refresh: { user: 16 },
  'watched-code': { user: 1 },
  'watched-refresh': { user: 4 },
  question: { stranger: 4 },
  answer: { stranger: 1, user: 2 },
  trip: { stranger: 1 },
  silent: { user: 1 },
  attempts: { user: 3 },
  'session-probes': { stranger: 2 },
  'address-probes': { stranger: 2 },
  'address-attempts': { stranger: 1 },
  'known-browser': { user: 3 },
  'known-session': { user: 2 },
}

/**
 * What a store in memory keeps of each kind, together far less than the heap holds.
 *
 * @param heapBytes the limit of the process's heap.
 */
export function boundRecords(heapBytes: number): (kind: string, holder: Owner['kind']) => number {
  const room = Math.min(heapBytes * partOfHeap, maxRoomBytes)
  return (kind, holder) => (room * (hundredths[kind]?.[holder] ?? 1)) / 100
}
