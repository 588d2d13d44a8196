import type { ServerResponse } from 'node:http'

/** What is not answered yet. */
export interface UnderWay {
  /** Counts a response until it has ended, one way or the other. */
  add(response: ServerResponse): void
  /** Resolves as soon as there is none. */
  none(): Promise<void>
}

export function createUnderWay(): UnderWay {
  let count = 0
  let onNone: (() => void) | undefined
  return {
    add(response) {
      count += 1
      response.once('close', () => {
        count -= 1
        if (count === 0) onNone?.()
      })
    },
    none() {
      return new Promise((resolve) => {
        onNone = resolve
        if (count === 0) resolve()
      })
    },
  }
}
