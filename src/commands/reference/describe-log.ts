import { decisionReasons, releasedReasons, stepUpReasons } from '../../meanings/decision-reasons.ts'
import type { Meaning } from '../../meanings/meaning.ts'
import { refusalReasons } from '../../meanings/refusal-reasons.ts'
import { securityEvents } from '../../meanings/security-events.ts'
import { userReasons } from '../../meanings/user-reasons.ts'
import { auditLines, failureLines, type LineMeaning, plainLines } from '../../telemetry/log-lines.ts'

const start = `# What the log says

Generated from the source by \`npm run log\`: what is written, and nothing else.

Each line is a JSON object. \`msg\` says what it is; a line with \`audit\` belongs to the record, whose fields are described
in [audit.md](audit.md). \`level\` is a number: 20 debug, 30 info, 40 warn, 50 error. \`log.level\`, or \`LOG_LEVEL\` in the
environment, leaves out the less important lines; the record is always written.
`

/** The reference of the log: every line and every reason, in Markdown. */
export function describeLog(): string {
  return [
    start,
    section('The record', 'msg', listLines(auditLines)),
    section('Calls of Authsignal that fail', 'msg', listLines(failureLines)),
    section('Other lines', 'msg', listLines(plainLines)),
    section('Reasons of decisions', 'reason', listReasons({ ...decisionReasons, ...releasedReasons })),
    section('Reasons of the end of a step-up', 'reason', listReasons(stepUpReasons)),
    section('Reasons for which a user is unknown', 'reason', listReasons(userReasons)),
    section('Reasons and codes of refusals', 'reason or code', listReasons(refusalReasons)),
    section('Security events', 'event', listReasons(securityEvents)),
  ].join('\n')
}

interface Row extends Meaning {
  readonly name: string
  readonly levels?: string
}

const listLines = (lines: Readonly<Record<string, LineMeaning>>): Row[] =>
  Object.entries(lines).map(([name, { levels, meaning, fix }]) => ({
    name,
    levels: levels.join(', '),
    meaning,
    fix,
  }))

const listReasons = (reasons: Readonly<Record<string, Meaning>>): Row[] =>
  Object.entries(reasons).map(([name, { meaning, fix }]) => ({ name, meaning, fix }))

function section(title: string, first: string, rows: readonly Row[]): string {
  const hasLevels = rows.some(({ levels }) => levels !== undefined)
  const head = [first, ...(hasLevels ? ['level'] : []), 'meaning', 'what to do']
  const lines = rows.map(({ name, levels, meaning, fix }) =>
    toRow([`\`${name}\``, ...(levels === undefined ? [] : [levels]), meaning, fix]),
  )
  return `## ${title}\n\n${toRow(head)}\n|${'---|'.repeat(head.length)}\n${lines.join('\n')}\n`
}

const toRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
