/** Half of all durations were at most `half`, and 95 of 100 at most `most`; in the unit in which they were added. */
export interface DurationSummary {
  readonly count: number
  readonly half: number
  readonly most: number
}

/** Each step is a tenth wider than the one before. */
const growth = 1.1
const steps = 256

/** Durations in constant memory: how many fell into each of some steps, which are exact to 5 %. */
export class Durations {
  readonly #counts = new Uint32Array(steps)
  #count = 0

  add(duration: number | undefined): void {
    if (duration === undefined || !(duration >= 0)) return
    const step = Math.min(Math.ceil(Math.log(Math.max(duration, 1)) / Math.log(growth)), steps - 1)
    this.#counts[step] = Number(this.#counts[step]) + 1
    this.#count += 1
  }

  /** Undefined if there were none. */
  read(): DurationSummary | undefined {
    if (this.#count === 0) return undefined
    return { count: this.#count, half: this.#quantile(0.5), most: this.#quantile(0.95) }
  }

  #quantile(share: number): number {
    let left = this.#count * share
    const step = this.#counts.findIndex((count) => {
      left -= count
      return left <= 0
    })
    // In the middle of the step.
    return Math.round(growth ** (step - 0.5))
  }
}
