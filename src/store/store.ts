/**
 * The owner of an entry. If room runs out, the largest owner loses entries, and nothing that strangers write evicts a
 * user's entries. An engine with other defences against floods may ignore it.
 */
export interface Owner {
  /** `user`: identified by the OP or Authsignal. `stranger`: anyone may have written this. */
  readonly kind: 'stranger' | 'user'
  readonly name: string
}

/** An entry that would take so much room that too many others had to go for it. */
export class EntryTooLarge extends Error {
  override readonly name = 'EntryTooLarge'
}

/** Why an engine can't answer. */
export interface Outage {
  /** Fit for the log and for operators, with what to do about it where that is known. */
  readonly reason: string
  /** It has answered since the gateway started. */
  readonly hasAnswered: boolean
}

/** What one kind of record takes in a store whose room is bounded. */
export interface RoomUse {
  readonly kind: string
  readonly owner: Owner['kind']
  readonly usedBytes: number
  readonly limitBytes: number
  /** How many had to go for others so far. */
  readonly evicted: number
}

/**
 * Where the gateway remembers. Every entry is a permission or a convenience, never a prohibition:
 * an entry that is missing, expired or evicted leads to a refusal or to one more question.
 * An engine that can't answer throws; its callers refuse.
 */
export interface Store {
  /** Begins to connect, and resolves once that has succeeded or failed; an engine without it needs nothing. */
  open?(): Promise<void>
  /** Set while the engine can't answer. */
  readonly outage?: Outage | undefined
  /** For an engine that bounds the room itself. */
  readonly rooms?: readonly RoomUse[] | undefined
  /** The value, or undefined when absent or expired. */
  get(key: string): Promise<string | undefined>
  /** Writes, replacing any earlier value. */
  set(key: string, value: string, ttlMs: number, owner?: Owner): Promise<void>
  /** Writes only where nothing is; true if it wrote. Atomic. */
  add(key: string, value: string, ttlMs: number, owner?: Owner): Promise<boolean>
  /**
   * Writes only over exactly `expected`; true if it wrote. Atomic.
   *
   * @param owner a user to whom the entry goes over; it stays whose it is otherwise.
   */
  replace(key: string, expected: string, value: string, ttlMs: number, owner?: Owner): Promise<boolean>
  close(): Promise<void>
}
