/** Something that was read took more steps than an honest one of its size does. */
export class OutOfWork extends Error {
  override readonly name = 'OutOfWork'
}

/** Counts the steps of reading what a stranger wrote, so that none costs more than was granted. */
export class WorkBudget {
  readonly #granted: number
  #spent = 0

  /** @param granted steps. */
  constructor(granted: number) {
    this.#granted = granted
  }

  get spent(): number {
    return this.#spent
  }

  /** @throws {OutOfWork} */
  spend(): void {
    this.#spent += 1
    if (this.#spent > this.#granted) throw new OutOfWork(`more than ${this.#granted} steps`)
  }
}
