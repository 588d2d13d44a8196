import { nameOwner } from '../audit-reading/by-client.ts'
import { explainCounts } from '../audit-reading/read-audit.ts'
import { describeSpan } from '../audit-reading/time-span.ts'
import { cleanTexts, drawPage } from '../figures/draw-page.ts'
import { nameOutcome, type Outcome, outcomes } from '../figures/outcome.ts'
import { busiest, plotShares, plotTimes, sharePlot, timePlot } from '../figures/plots.ts'
import { count, duration, number, percent } from '../terminal/wording.ts'
import type { ClientReport, Report } from './report.ts'
import { describeTimes, nameHour, nounOf, people } from './wording.ts'

/** A report as one HTML page that needs no script, no network and nothing beside it. */
export function drawReport(report: Report): string {
  const safe = cleanTexts(report)
  return drawPage('report.eta', {
    report: safe,
    time: describeSpan(safe),
    notes: explainCounts(safe.lines),
    clients: safe.clients.map(describeClient),
    ...{ count, number, percent, people, duration, timePlot, sharePlot },
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
    bars: plotTimes(client.hours, nameHour, nameOf),
    busiest: busiest(client.hours),
    times: describeTimes(client),
  }
}
