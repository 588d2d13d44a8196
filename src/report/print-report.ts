import type { Counted } from '../audit-reading/bounded-counts.ts'
import { nameOwner } from '../audit-reading/by-client.ts'
import { explainCounts } from '../audit-reading/read-audit.ts'
import { describeSpan } from '../audit-reading/time-span.ts'
import { nameOutcome, outcomes, sumOf } from '../figures/outcome.ts'
import { alignColumns, type Cell } from '../terminal/columns.ts'
import { makeSafe } from '../terminal/make-safe.ts'
import { joinSections } from '../terminal/sections.ts'
import { count, number, percent } from '../terminal/wording.ts'
import type { Advice, ClientReport, Listed, Report } from './report.ts'
import { describeTimes, nameHour, nounOf, people } from './wording.ts'

const barWidth = 40

/** A report for a terminal, line by line. */
export function printReport(report: Report): string[] {
  const { lines, users, clients, security } = report
  const sections = [
    [`${count(lines.audit, 'audit line')} ${describeSpan(report)}`, people(users), ...explainCounts(lines)],
    describeAdvice(clients),
    ...clients.map(describeClient),
    describeSecurity(security),
  ]
  return joinSections(sections).map(makeSafe)
}

export const printAdvice = ({ text, key }: Advice): string => (key === undefined ? text : `${text} -> ${key}`)

function describeAdvice(clients: readonly ClientReport[]): string[] {
  const advised = clients.filter(({ advice }) => advice.length > 0)
  return advised.length === 0
    ? []
    : [
        'what to do or to know before enforce',
        ...advised.flatMap((client) =>
          client.advice.map((advice) => `  ${nameOwner(client)}: ${printAdvice(advice)}`),
        ),
      ]
}

function describeClient(client: ClientReport): string[] {
  const { mode, policyAt, signIns, silent, users } = client
  const place = policyAt === undefined ? '' : ` (${policyAt})`
  return [
    `${nameOwner(client)}${mode === '' ? '' : `: ${mode}`}${place}`,
    `  ${count(signIns, nounOf(client))} of ${people(users)}${silent > 0 ? `, ${number(silent)} of them silent (prompt=none)` : ''}`,
    ...describeOutcomes(client),
    ...describeList('decided', client.reasons, ({ verdict, reason, key }) => [
      `${verdict}: ${reason}`,
      key ?? '',
    ]),
    ...describeList(
      mode === 'enforce' ? 'refused' : 'would be refused',
      client.refusals,
      ({ reason, leg, key, value }) => [
        `${reason}${leg === undefined ? '' : ` (${leg})`}`,
        key ?? '',
        value ?? '',
      ],
    ),
    ...describeList('rules that matched', client.rules, (rule) => [rule]),
    ...describeList('challenges ended', client.stepUps, (reason) => [reason]),
    ...describeList('passed by', client.methods, (method) => [method]),
    ...listTimes(client),
    ...describeHours(client),
  ]
}

function describeOutcomes({ outcomes: counted, mode }: ClientReport): string[] {
  const rows = outcomes
    .filter((outcome) => counted[outcome].count > 0)
    .map((outcome): Cell[] => {
      const { count: times, share, users } = counted[outcome]
      const who = users.count > 0 ? people(users) : ''
      return [nameOutcome(outcome, mode), { right: number(times) }, { right: percent(share) }, who]
    })
  return alignColumns(rows, '  ')
}

function describeList<T>(
  title: string,
  { list, others }: Listed<T>,
  describe: (what: T) => readonly string[],
): string[] {
  if (list.length === 0) return []
  const rows = list.map(({ what, count: times }): Cell[] => [{ right: number(times) }, ...describe(what)])
  const more: Cell[][] = others > 0 ? [[{ right: number(others) }, 'others']] : []
  return [`  ${title}`, ...alignColumns([...rows, ...more], '    ')]
}

function listTimes(client: ClientReport): string[] {
  const rows = describeTimes(client).map(({ name, half, most }) => [name, { right: half }, { right: most }])
  return rows.length === 0
    ? []
    : ['  time taken', ...alignColumns([['', { right: 'half' }, { right: '95 of 100' }], ...rows], '    ')]
}

/** Each hour of the day, with the share of its sign-ins that a challenge or an enrolment would meet. */
function describeHours({ hours, mode, signIns }: ClientReport): string[] {
  if (signIns === 0) return []
  const rows = hours.map((hour, index) => {
    const all = sumOf(hour)
    const asked = hour.challenged + hour.enrolled
    return { index, all, share: all === 0 ? 0 : asked / all }
  })
  const most = Math.max(...rows.map(({ all }) => all))
  const cells = rows
    .filter(({ all }) => all > 0)
    .map(({ index, all, share }): Cell[] => {
      const width = Math.max(1, Math.round((all / most) * barWidth))
      const asked = Math.round(share * width)
      const bar = `${'#'.repeat(asked)}${'.'.repeat(width - asked)}`
      return [nameHour(index), { right: number(all) }, { right: percent(share) }, bar]
    })
  return [
    `  by hour of the day (UTC); # ${mode === 'enforce' ? 'challenged or asked to enrol' : 'would be challenged or asked to enrol'}`,
    ...alignColumns(cells, '    '),
  ]
}

function describeSecurity(events: readonly Counted<string>[]): string[] {
  if (events.length === 0) return []
  return [
    'security events',
    ...alignColumns(
      events.map(({ what, count: times }): Cell[] => [{ right: number(times) }, what]),
      '  ',
    ),
  ]
}
