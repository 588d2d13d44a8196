import { count } from '../terminal/wording.ts'
import type { Log } from './open-logs.ts'
import { overlong, readLines } from './read-lines.ts'
import { type RecordedLine, readRecordedLine, type Unread } from './recorded-line.ts'

/** How many lines of each kind were in all logs together. */
export type LineCounts = Record<'audit' | Unread, number>

/**
 * Reads the audit lines of logs, one after the other, and keeps none.
 *
 * @param isWanted for readers of few lines: of the text, before it is parsed.
 * @throws {LogError} names the log that can't be read.
 */
export async function readAudit(
  logs: readonly Log[],
  onLine: (line: RecordedLine) => void,
  isWanted: (text: string) => boolean = () => true,
): Promise<LineCounts> {
  const counts: LineCounts = { audit: 0, plain: 0, broken: 0, older: 0, newer: 0 }
  for (const { bytes } of logs) {
    for await (const lines of readLines(bytes)) {
      for (const text of lines) {
        if (text === overlong) counts.broken += 1
        else if (isWanted(text)) {
          const line = readRecordedLine(text)
          if (typeof line === 'string') counts[line] += 1
          else {
            counts.audit += 1
            onLine(line)
          }
        }
      }
    }
  }
  return counts
}

/** What an operator has to know of the lines that were not read; nothing if there is nothing. */
export function explainCounts({ audit, broken, older, newer }: LineCounts): string[] {
  const skipped = [
    ...say(broken, 'broken line', 'no JSON, or no time'),
    ...say(older, 'audit line', 'written before audit lines had a schema'),
    ...say(newer, 'audit line', 'of a newer schema: read them with the version that wrote them'),
  ]
  return audit > 0 ? skipped : ['no audit lines: is this the log of `step-up-gateway start`?', ...skipped]
}

function say(times: number, noun: string, why: string): string[] {
  return times === 0 ? [] : [`skipped ${count(times, noun)}: ${why}`]
}
