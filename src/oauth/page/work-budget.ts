import { setImmediate } from 'node:timers/promises'

/** Something that was read took more steps than an honest one of its size does. */
export class OutOfWork extends Error {
  override readonly name = 'OutOfWork'
}

/** No honest page asks for more in one turn: few bytes can make many elements (WHATWG HTML 13.2.4.3). */
const maxStepsPerTurn = 8000

/**
 * Counts the steps of reading what a stranger wrote, so that none costs more than was granted, and none keeps the
 * process from everything else for long.
 */
export class WorkBudget {
  readonly #granted: number
  readonly #stepsPerTurn: number
  #spent = 0
  #inTurn = 0

  /**
   * @param granted steps.
   * @param stepsPerTurn after so many others have their turn; one or two milliseconds of work.
   */
  constructor(granted: number, stepsPerTurn = 1000) {
    this.#granted = granted
    this.#stepsPerTurn = stepsPerTurn
  }

  get spent(): number {
    return this.#spent
  }

  /** Takes a step of those that were granted. @throws {OutOfWork} */
  spend(): void {
    this.#spent += 1
    this.#inTurn += 1
    if (this.#spent > this.#granted) throw new OutOfWork(`more than ${this.#granted} steps`)
    if (this.#inTurn > maxStepsPerTurn) throw new OutOfWork(`more than ${maxStepsPerTurn} steps at once`)
  }

  /** Ends the turn, so that other work goes first. */
  async endTurn(): Promise<void> {
    this.#inTurn = 0
    await setImmediate()
  }

  /** Does something with each item, in turns. The steps are none of those that were granted. */
  async forEach<Item>(items: Iterable<Item>, act: (item: Item) => void): Promise<void> {
    for (const item of items) {
      act(item)
      this.#inTurn += 1
      if (this.#inTurn >= this.#stepsPerTurn) await this.endTurn()
    }
  }
}
