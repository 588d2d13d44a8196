/** Names and paths that recur are short; in characters. */
export const longestRemembered = 256

/**
 * A pure function of a text that remembers its latest results, for texts that come again and again. What throws is not
 * remembered. When there are too many, all are forgotten: the texts come from anybody, who could otherwise fill it.
 */
export function remember<Result>(
  find: (text: string) => Result,
  maxEntries = 1000,
): (text: string) => Result {
  const known = new Map<string, Result>()
  return (text) => {
    const earlier = known.get(text)
    if (earlier !== undefined) return earlier
    const result = find(text)
    if (text.length > longestRemembered) return result
    if (known.size >= maxEntries) known.clear()
    known.set(text, result)
    return result
  }
}
