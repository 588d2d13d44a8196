import { makeSafe } from '../terminal/make-safe.ts'
import { toSafeJson } from '../terminal/safe-json.ts'
import type { Report } from './examination.ts'
import { type Finding, isWrong } from './finding.ts'

/** One line for each finding, for a person. What comes from others can't control the terminal. */
export function printReport(report: Report): string[] {
  const { name } = report
  const line = (kind: string, text: string): string =>
    makeSafe(`${kind.padEnd(7)}  ${name.padEnd(14)}  ${text}`)
  if (report.kind === 'skipped')
    return [line('skipped', `first repair what is wrong at: ${report.because.join(', ')}`)]
  return report.findings.map((finding) => line(finding.kind, describe(finding)))
}

function describe(finding: Finding): string {
  switch (finding.kind) {
    case 'fine':
      return finding.about
    case 'wrong':
      return `${finding.about} -> ${finding.fix} (${finding.id})`
    case 'unknown':
      return finding.fix === undefined ? finding.about : `${finding.about} -> ${finding.fix}`
  }
}

/** The same for a script: a JSON object for each finding, in ASCII. */
export function printReportAsJson(report: Report): string[] {
  const { name: examination } = report
  const objects =
    report.kind === 'skipped'
      ? [{ examination, kind: report.kind, because: report.because }]
      : report.findings.map((finding) => ({ examination, ...finding }))
  return objects.map((object) => toSafeJson(object))
}

export const countWrong = (report: Report): number =>
  report.kind === 'examined' ? report.findings.filter(isWrong).length : 0
