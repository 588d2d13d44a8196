/** How long everything is tried. */
export interface Effort {
  /** Of requests, each of so many milliseconds. */
  readonly rounds: number
  readonly milliseconds: number
  /** Of requests that nobody counts, in milliseconds: until what is hot is compiled. */
  readonly warmUp: number
  readonly signIns: number
  /** Authsignal takes 80 ms in each. */
  readonly slowSignIns: number
  readonly challenges: number
  readonly openStepUps: number
}

export const full: Effort = {
  rounds: 7,
  milliseconds: 1000,
  warmUp: 3000,
  signIns: 600,
  slowSignIns: 60,
  challenges: 100,
  openStepUps: 100_000,
}

/** A look at whether it works, and at the order of magnitude. */
export const quick: Effort = {
  rounds: 2,
  milliseconds: 200,
  warmUp: 500,
  signIns: 100,
  slowSignIns: 10,
  challenges: 15,
  openStepUps: 10_000,
}
