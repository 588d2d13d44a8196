import { explainCounts, readAudit } from '../audit-reading/read-audit.ts'
import { createReport } from '../report/create-report.ts'
import { printReport } from '../report/print-report.ts'
import { drawReport } from '../report/report-page.ts'
import { Tally } from '../report/tally.ts'
import { toSafeJson } from '../terminal/safe-json.ts'
import type { CommandContext } from './command.ts'
import { chooseLogs, parseLogOptions } from './log-options.ts'

const options = {
  json: { type: 'boolean', default: false },
  html: { type: 'boolean', default: false },
} as const

/**
 * `report [--json | --html] [LOG …]`: what the audit lines of some days say of each client, and what to do before
 * `enforce`. Exit code 1 if a log can't be read or has no audit line.
 */
export async function report({ args, stdin, stdout, stderr }: CommandContext): Promise<number> {
  const { values, positionals } = parseLogOptions(args, options)
  const tally = new Tally()
  const lines = await readAudit(chooseLogs(positionals, stdin), (line) => tally.add(line))
  if (lines.audit === 0) {
    stderr.write(`${explainCounts(lines).join('\n')}\n`)
    return 1
  }
  const found = createReport(tally, lines)
  if (values.json) stdout.write(`${toSafeJson(found, 2)}\n`)
  else if (values.html) stdout.write(drawReport(found))
  else stdout.write(`${printReport(found).join('\n')}\n`)
  return 0
}
