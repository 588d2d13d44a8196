import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Eta } from 'eta/core'
import { nameOwner } from '../audit-reading/by-client.ts'
import { explainCounts } from '../audit-reading/read-audit.ts'
import { describeSpan } from '../audit-reading/time-span.ts'
import { findPackageFolder } from '../config/package-folder.ts'
import { makeSafe } from '../terminal/make-safe.ts'
import { count, duration, number, percent } from '../terminal/wording.ts'
import { type Outcome, outcomes } from './outcome.ts'
import { busiest, hourPlot, plotHours, plotShares, sharePlot } from './plots.ts'
import type { ClientReport, Report } from './report.ts'
import { describeTimes, nameOutcome, nounOf, people } from './wording.ts'

/** A report as one HTML page that needs no script, no network and nothing beside it. */
export function drawReport(report: Report): string {
  const folder = findPackageFolder('report', 'report.eta', import.meta.dirname)
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  const style = read('report.css')
  const safe = clean(report)
  return new Eta({ autoEscape: true }).renderString(read('report.eta'), {
    style,
    styleHash: createHash('sha256').update(style).digest('base64'),
    report: safe,
    time: describeSpan(safe),
    notes: explainCounts(safe.lines),
    clients: safe.clients.map(describeClient),
    ...{ count, number, percent, people, duration, hourPlot, sharePlot },
  })
}

function describeClient(client: ClientReport) {
  const nameOf = (outcome: Outcome): string => nameOutcome(outcome, client.mode)
  const counts = Object.fromEntries(
    outcomes.map((outcome) => [outcome, client.outcomes[outcome].count]),
  ) as Record<Outcome, number>
  return {
    ...client,
    title: nameOwner(client),
    noun: nounOf(client),
    rows: outcomes
      .filter((outcome) => counts[outcome] > 0)
      .map((outcome) => ({ outcome, name: nameOf(outcome), ...client.outcomes[outcome] })),
    shares: plotShares(counts, nameOf),
    bars: plotHours(client.hours, nameOf),
    busiest: busiest(client.hours),
    times: describeTimes(client),
  }
}

/** What stands in a log may turn the text around it, or hide in it. */
function clean<T>(value: T): T {
  if (typeof value === 'string') return makeSafe(value) as T
  if (Array.isArray(value)) return value.map(clean) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner)])) as T
}
