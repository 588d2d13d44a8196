/** Every clock of this process: the gateway's, the OP's, the applications' and that of the stand-in for Authsignal. */
export interface AllClocks {
  /** Moves them on, in milliseconds. */
  advance(ms: number): void
  /** Back to the time of the machine. */
  restore(): void
}

/** For what only all clocks together show, such as a code that has died at the OP too. Timers go on as they did. */
export function takeAllClocks(): AllClocks {
  const { now } = Date
  let offsetMs = 0
  Date.now = () => now() + offsetMs
  return {
    advance: (ms) => {
      offsetMs += ms
    },
    restore: () => {
      Date.now = now
    },
  }
}
