/** The candidate that a mistyped word most likely means, or undefined if none is near. Case, - and _ don't count. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const plain = simplify(word)
  const [nearest] = candidates
    .map((candidate) => ({ candidate, distance: countEdits(plain, simplify(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return nearest?.candidate
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '').slice(0, 64)
}

/** Edit distance; swapped neighbours count once (optimal string alignment). */
function countEdits(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          at(current, column - 1) + 1,
          at(last, column) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          at(beforeLast, column - 2) + (isSwap ? 1 : Number.POSITIVE_INFINITY),
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
