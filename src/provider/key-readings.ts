import { describeFailure } from './describe-failure.ts'

/** Sees how each reading of the OP's keys ends. */
export interface KeyWatch {
  read(): void
  failed(error: unknown): void
}

/** What the admin listener learns of the OP's keys. */
export interface KeyReadings extends KeyWatch {
  /** While the latest reading failed: why, and what follows. */
  readonly warnings: readonly string[]
}

/** Keeps how the latest reading ended. */
export function createKeyReadings(): KeyReadings {
  let failure: string | undefined
  return {
    read() {
      failure = undefined
    },
    failed(error) {
      failure = describeFailure(error)
    },
    get warnings() {
      return failure === undefined
        ? []
        : [`The OP's keys can not be read, and no ID token can be checked without them: ${failure}.`]
    },
  }
}
