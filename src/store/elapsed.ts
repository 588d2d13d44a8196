/**
 * Milliseconds that have passed by a clock that may be set: the sum of its steps forward. Set back, it takes nothing
 * back and goes on from there, so that no time comes twice and none stands still.
 *
 * @param now epoch milliseconds.
 */
export function createElapsed(now: () => number): () => number {
  let seen = now()
  let elapsed = 0
  return () => {
    const at = now()
    elapsed += /* guard: no-time-twice */ Math.max(0, at - seen)
    seen = at
    return elapsed
  }
}
