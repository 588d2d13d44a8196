/**
 * Where the gateway remembers. Every entry is a permission or a convenience, never a prohibition:
 * an entry that is missing, expired or evicted leads to a refusal or to one more question.
 * An engine that can't answer throws; its callers refuse.
 */
export interface Store {
  /** The value, or undefined when absent or expired. */
  get(key: string): Promise<string | undefined>
  /** Writes, whatever was there. */
  set(key: string, value: string, ttlMs: number): Promise<void>
  /** Writes only where nothing is; true if it wrote. Atomic. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>
  /** Writes only over exactly `expected`; true if it wrote. Atomic. */
  replace(key: string, expected: string, value: string, ttlMs: number): Promise<boolean>
  close(): Promise<void>
}
