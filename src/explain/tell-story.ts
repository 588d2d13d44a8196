import type { RecordedLine } from '../audit-reading/recorded-line.ts'
import { findFix } from '../meanings/find-meaning.ts'
import { duration } from '../terminal/wording.ts'
import { known, tellLine } from './tell-line.ts'

/** One sign-in as a story, line by line; its lines in the order of time, at least one. */
export function tellStory(lines: readonly RecordedLine[]): string[] {
  const [first] = lines
  if (first === undefined) return []
  return [
    ...tellTitle(lines, first),
    ...lines.flatMap((line) => {
      const { what, facts } = tellLine(line)
      return [
        `  ${`+${duration(line.at - first.at)}`.padEnd(10)}${what}`,
        ...facts.map((fact) => `${' '.repeat(14)}${fact}`),
      ]
    }),
    '',
    ...tellEnd(lines, first),
  ]
}

function tellTitle(lines: readonly RecordedLine[], first: RecordedLine): string[] {
  const { client_id: name = '', page } = lines.find((line) => line.client_id ?? line.page) ?? {}
  const title = page === undefined ? `sign-in at ${name}` : `request for the page ${page}`
  const subject = lines.find((line) => line.subject)?.subject
  const requests = [...new Set(lines.flatMap(({ support_id: id }) => id ?? []))]
  return [
    `${first.time}  ${title}`,
    ...known({ user: subject, from: first.ip, browser: first.user_agent }).map((fact) => `  ${fact}`),
    ...known({ configuration: first.config, 'support ids': requests.join(' ') }).map((fact) => `  ${fact}`),
    '',
  ]
}

function tellEnd(lines: readonly RecordedLine[], first: RecordedLine): string[] {
  const last = lines.reduce((_earlier, later) => later, first)
  const todo = lines.map(findTodo).findLast((fix) => fix !== undefined)
  return [
    `ended: ${describeEnd(lines, last)} (${duration(last.at - first.at)} from the first line to the last)`,
    ...(todo === undefined ? [] : [`to do: ${todo}${last.key === undefined ? '' : ` -> ${last.key}`}`]),
  ]
}

/** Of what went as it should nothing is to be done. */
function findTodo({ audit, verdict, reason, event, fix }: RecordedLine): string | undefined {
  const isFine = verdict === 'release' || verdict === 'passed'
  return fix ?? (isFine ? undefined : findFix(audit, event ?? reason))
}

function describeEnd(lines: readonly RecordedLine[], last: RecordedLine): string {
  const isMonitored = last.mode === 'monitor'
  if (lines.some(({ audit }) => audit === 'released'))
    return isMonitored ? 'the client got its answer, as always in monitor' : 'the client got its answer'
  if (isMonitored) return 'nothing was enforced (monitor)'
  switch (last.audit) {
    case 'refused':
      return `refused with ${last.error ?? last.reason}`
    case 'unknown_user':
      return 'refused, since nobody knew the user'
    case 'step_up':
      return last.reason === 'passed'
        ? 'the challenge was passed, and the sign-in did not go on in this log'
        : 'the challenge was not passed'
    case 'decision':
      return describeLastDecision(last)
    default:
      return 'this log does not say how'
  }
}

function describeLastDecision({ verdict, reason, error, page }: RecordedLine): string {
  switch (verdict) {
    case 'release':
      return page === undefined ? 'it could go on; its answer is not in this log' : 'the page was shown'
    case 'challenge':
      return 'a challenge was shown, and nobody came back from it in this log'
    default:
      return `refused (${reason})${error === undefined ? '' : `; the client got ${error}`}`
  }
}
