import { nameOwner } from '../audit-reading/by-client.ts'
import { explainCounts, type LineCounts } from '../audit-reading/read-audit.ts'
import { describeSpan } from '../audit-reading/time-span.ts'
import { alignColumns, type Cell } from '../terminal/columns.ts'
import { makeSafe } from '../terminal/make-safe.ts'
import { joinSections } from '../terminal/sections.ts'
import { count, number } from '../terminal/wording.ts'
import type { ClientReplay, ReplayReport } from './replay.ts'

/** What a log can't tell of another configuration, whatever its lines say. */
const limits = [
  "what can't be known from a log:",
  '  what Authsignal would answer to other data points (custom, send) or after other rules: its answers are those of the log',
  '  how users would go on after another decision: each line is decided for itself',
  '  which further policy a redirect URI names: each client is decided by its own',
]

/** A replay for a terminal, differences first. */
export function printReplay(replay: ReplayReport, lines: LineCounts): string[] {
  const sections = [
    [`${count(lines.audit, 'audit line')} ${describeSpan(replay)}, decided anew`, ...explainCounts(lines)],
    ...replay.clients.map(describeClient),
    replay.unseen.map((name) => `${name}: no line of it in this log; it was off, or nobody used it`),
    limits,
  ]
  return joinSections(sections).map(makeSafe)
}

function describeClient(client: ClientReplay): string[] {
  const { modes, changes, otherChanges, unchanged, unknown } = client
  const mode = modes.before === modes.after ? modes.after : `${modes.before} -> ${modes.after}`
  const rows = changes.map(({ what, count: times }): Cell[] => [
    { right: number(times) },
    what.before,
    '->',
    what.after,
  ])
  const others: Cell[][] = otherChanges > 0 ? [[{ right: number(otherChanges) }, 'other changes']] : []
  return [
    `${nameOwner(client)}: ${mode}`,
    ...alignColumns([...rows, ...others], '  '),
    `  ${changes.length === 0 ? sayUnchanged(modes) : ''}${number(unchanged)} unchanged`,
    ...unknown.map(({ what, count: times }) => `  ${number(times)} can't be known: ${what}`),
  ]
}

/** Under monitor a decision was a forecast: the same decision under enforce is a change for users. */
function sayUnchanged({ before, after }: ClientReplay['modes']): string {
  return before === 'monitor' && after === 'enforce'
    ? 'decided as before, but now enforced: '
    : 'nothing changes: '
}
