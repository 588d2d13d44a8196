/** How often something was seen. */
export interface Counted<T> {
  readonly what: T
  readonly count: number
}

/**
 * Counts things by a name, in bounded memory: where one more name has no room, the rarest leaves for `others`. So many
 * different names, which anyone can send, never displace those that come often.
 */
export class BoundedCounts<T> {
  readonly #entries = new Map<string, { readonly what: T; count: number }>()
  readonly #limit: number
  #others = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** @param describe what is kept of the first of its name. */
  add(name: string, describe: () => T): void {
    const known = this.#entries.get(name)
    if (known !== undefined) {
      known.count += 1
      return
    }
    if (this.#entries.size >= this.#limit) this.#dropRarest()
    this.#entries.set(name, { what: describe(), count: 1 })
  }

  /** The most frequent first. */
  list(): Counted<T>[] {
    return [...this.#entries.values()].sort((a, b) => b.count - a.count).map((entry) => ({ ...entry }))
  }

  get others(): number {
    return this.#others
  }

  #dropRarest(): void {
    let [rarest, least] = ['', Number.POSITIVE_INFINITY]
    for (const [name, { count }] of this.#entries) {
      if (count < least) [rarest, least] = [name, count]
    }
    this.#entries.delete(rarest)
    this.#others += least
  }
}
