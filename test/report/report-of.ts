import type { LineCounts } from '../../src/audit-reading/read-audit.ts'
import { readRecordedLine } from '../../src/audit-reading/recorded-line.ts'
import { createReport } from '../../src/report/create-report.ts'
import type { Report } from '../../src/report/report.ts'
import { Tally } from '../../src/report/tally.ts'

/** The report on some lines. */
export function reportOf(texts: readonly string[], skipped: Partial<LineCounts> = {}): Report {
  const tally = new Tally()
  for (const text of texts) {
    const line = readRecordedLine(text)
    if (typeof line === 'string') throw new Error(`${line}: ${text}`)
    tally.add(line)
  }
  const counts = { audit: texts.length, plain: 0, broken: 0, older: 0, newer: 0, ...skipped }
  return createReport(tally, counts)
}

/** So many times, each different. */
export const times = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => line(index))
