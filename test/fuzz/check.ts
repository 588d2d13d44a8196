import fc from 'fast-check'
import type { Test } from 'tap'

/** Makes every run the same; another one looks elsewhere. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101)
/** How many times as many runs as usual. */
const factor = Number(process.env['FUZZ_RUNS'] ?? 1)

/**
 * Holds a property to many random inputs. A failure shows the seed, the shortest counterexample and the path to it.
 *
 * @param runs of a quick run; `FUZZ_RUNS` multiplies them.
 */
export async function checkProperty<Ts>(
  t: Test,
  name: string,
  property: fc.IRawProperty<Ts>,
  runs = 500,
): Promise<void> {
  await t.test(name, async (t) => {
    const numRuns = Math.max(1, Math.round(runs * factor))
    const details = await fc.check(property, { seed, numRuns })
    t.notOk(details.failed, `${details.numRuns} runs with seed ${seed}`, {
      ...(details.failed && { found: fc.defaultReportMessage(details), error: details.errorInstance }),
    })
  })
}

/** What a reader gives, or the code with which it refuses; any other exception is the caller's. */
export function orRefusal<T>(read: () => T, isRefusal: (error: unknown) => boolean): T | 'refused' {
  try {
    return read()
  } catch (error) {
    if (isRefusal(error)) return 'refused'
    throw error
  }
}

/** Text in which characters of markup and URLs are as frequent as any other byte. */
export const oddText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'/?#&=;%+.\\:@[]"\'<>{}|^`~,!$*() \t\r\n\0'),
      fc.constantFrom('%2f', '%2F', '%5c', '%00', '%25', '%c0%af', '%ff', '\xe9', '//', '..', '%2e'),
      fc.string({ maxLength: 3 }),
      fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))
