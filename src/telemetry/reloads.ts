import { ConfigError, formatProblem } from '../config/config-error.ts'
import { type LineLog, writeLine } from './log-lines.ts'

export type ReloadResult = 'applied' | 'refused'

/** What the log, the metrics and the admin listener learn of reloads. */
export interface Reloads {
  /** The latest one, its time in epoch milliseconds. */
  readonly latest: { readonly result: ReloadResult; readonly at: number } | undefined
  readonly counts: Readonly<Record<ReloadResult, number>>
  /** While the latest configuration is not in effect: why, and what to do. */
  readonly warnings: readonly string[]
  /** @param keysForRestart in which it differs from what only a restart puts into effect. */
  applied(version: string, keysForRestart: readonly string[]): void
  /**
   * @param error why the configuration can't be in effect; the one before stays.
   * @param isAsked somebody asked for the reload, and looks for the answer in the log.
   */
  refused(error: unknown, isAsked?: boolean): void
}

/** A line tells them all; the first ones are what is wrong, and the others may follow from them. */
const mostProblems = 20

/**
 * One line for each configuration that took effect, and for each that did not; the same reason is not repeated
 * unless somebody asked.
 *
 * @param now epoch milliseconds.
 */
export function createReloads(log: LineLog, now: () => number): Reloads {
  const counts = { applied: 0, refused: 0 }
  let latest: Reloads['latest']
  let problems: readonly string[] = []

  function note(result: ReloadResult): void {
    counts[result] += 1
    latest = { result, at: now() }
  }

  return {
    counts,
    get latest() {
      return latest
    },
    get warnings() {
      const [first, ...others] = problems
      if (first === undefined) return []
      const more = others.length === 0 ? '' : ` (and ${others.length} more, in the log)`
      return [`The configuration was changed, and the one before stays in effect: ${first}${more}`]
    },
    applied(version, keysForRestart) {
      note('applied')
      problems = []
      writeLine(log, 'the configuration is in effect', { version })
      if (keysForRestart.length > 0)
        writeLine(log, 'a change of the configuration needs a restart', { keys: keysForRestart })
    },
    refused(error, isAsked = false) {
      note('refused')
      const before = problems.join()
      problems = describe(error)
      if (isAsked || problems.join() !== before)
        writeLine(log, 'the configuration could not be reloaded: the one before stays', {
          problems: problems.slice(0, mostProblems),
          ...(problems.length > mostProblems && { more: problems.length - mostProblems }),
        })
    },
  }
}

/** Each with file, line, key and fix, where that is known. */
function describe(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems.map(formatProblem)
  return [error instanceof Error ? error.message : 'something other than an error was thrown']
}
