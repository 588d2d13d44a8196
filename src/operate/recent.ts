import { type Outcome, outcomeOf, outcomes } from '../figures/outcome.ts'
import type { AuditFields, StepUpFields } from '../telemetry/audit-line.ts'
import { cutText } from '../telemetry/cut-fields.ts'
import { describeRequestIds } from '../telemetry/request-context.ts'

const minuteMs = 60_000
const minutes = 60
const maxRefusals = 50
/** No operator chooses a longer client id to be read, and strangers may send any. */
const longestName = 120

/** Whether what is counted happened, or would happen. */
export type Sphere = 'enforce' | 'monitor'

export type StepUpEnd = StepUpFields['reason']

/** What happened within a time. */
export interface Counts {
  /** How sign-ins and requests for pages were decided. */
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** How challenges ended. */
  readonly ends: Readonly<Record<StepUpEnd, number>>
  /** Authorization responses that went to their client. */
  readonly released: number
  /** Requests that the gateway answered with an error itself. */
  readonly refused: number
}

/** What was refused, or would be, for one reason: of several alike the latest. */
export interface RecentRefusal {
  /** Epoch milliseconds. */
  readonly at: number
  /** How often, since it was first seen. */
  readonly times: number
  readonly audit: AuditFields['audit']
  readonly reason: string
  readonly mode?: string | undefined
  readonly leg?: string | undefined
  readonly clientId?: string | undefined
  readonly page?: string | undefined
  readonly supportId?: string | undefined
}

/** What this process has seen lately. It outlives every configuration, and is gone with the process. */
export interface Recent {
  /** Takes an audit line as it is written. */
  note(line: AuditFields): void
  /** The last 60 minutes, the current one last. */
  readMinutes(sphere: Sphere): readonly Counts[]
  /** Epoch milliseconds at which the current one began. */
  readonly currentMinuteAt: number
  /** The latest first; 50 kinds at most. */
  readonly refusals: readonly RecentRefusal[]
}

interface Minute {
  readonly number: number
  readonly spheres: Readonly<Record<Sphere, Tally>>
}

interface Tally {
  outcomes: Record<Outcome, number>
  ends: Record<StepUpEnd, number>
  released: number
  refused: number
}

export const stepUpEnds: readonly StepUpEnd[] = [
  'passed',
  'cancelled',
  'failed',
  'method_not_allowed',
  'denied',
  'unavailable',
]

const zeros = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>

const createTally = (): Tally => ({
  outcomes: zeros(outcomes),
  ends: zeros(stepUpEnds),
  released: 0,
  refused: 0,
})

/** @param now epoch milliseconds. A clock that is set back goes on in a minute that is known, or in an empty one. */
export function createRecent(now: () => number): Recent {
  const ring = new Map<number, Minute>()
  const refusals = new Map<string, RecentRefusal>()
  const currentNumber = (): number => Math.floor(now() / minuteMs)

  /** The place of a minute in the ring is taken by the latest that has it. */
  function minuteOf(number: number): Minute {
    const place = number % minutes
    const found = ring.get(place)
    if (found?.number === number) return found
    const created = { number, spheres: { enforce: createTally(), monitor: createTally() } }
    ring.set(place, created)
    return created
  }

  function count(line: AuditFields): void {
    const mode = 'mode' in line ? line.mode : undefined
    if (mode !== 'enforce' && mode !== 'monitor') return
    const tally = minuteOf(currentNumber()).spheres[mode]
    const outcome = outcomeOf(line)
    if (outcome !== undefined) tally.outcomes[outcome] += 1
    if (line.audit === 'step_up') tally.ends[line.reason] += 1
    if (line.audit === 'released') tally.released += 1
    if (line.audit === 'refused' || line.audit === 'would_refuse') tally.refused += 1
  }

  function keep(line: AuditFields): void {
    const reason = reasonOfRefusal(line)
    if (reason === undefined) return
    const { audit, client_id, page } = line
    const [mode, leg] = 'leg' in line ? [line.mode, line.leg] : []
    const names = { clientId: cutName(client_id), page: cutName(page) }
    const refusal = { at: now(), audit, reason: cutText(reason, longestName), mode, leg, ...names }
    const kind = JSON.stringify({ ...refusal, at: undefined })
    const times = (refusals.get(kind)?.times ?? 0) + 1
    // The latest is last.
    refusals.delete(kind)
    refusals.set(kind, { ...refusal, times, supportId: describeRequestIds().support_id })
    const [oldest] = refusals.keys()
    if (refusals.size > maxRefusals) refusals.delete(String(oldest))
  }

  return {
    note(line) {
      count(line)
      keep(line)
    },
    readMinutes(sphere) {
      const current = currentNumber()
      return Array.from({ length: minutes }, (_, index) => {
        const number = current - minutes + 1 + index
        const found = ring.get(number % minutes)
        return found?.number === number ? found.spheres[sphere] : createTally()
      })
    },
    get currentMinuteAt() {
      return currentNumber() * minuteMs
    },
    get refusals() {
      return [...refusals.values()].reverse()
    },
  }
}

/** Why a line tells of a refusal; undefined for one that tells of none. */
function reasonOfRefusal(line: AuditFields): string | undefined {
  switch (line.audit) {
    case 'decision':
    case 'unknown_user':
      return line.verdict === 'deny' ? line.reason : undefined
    case 'refused':
    case 'would_refuse':
      return line.reason
    case 'security':
      return line.event
    default:
      return undefined
  }
}

const cutName = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : cutText(name, longestName)

/** All that happened in some minutes. */
export function sumCounts(counts: readonly Counts[]): Counts {
  const sum = createTally()
  for (const { outcomes: decided, ends, released, refused } of counts) {
    for (const outcome of outcomes) sum.outcomes[outcome] += decided[outcome]
    for (const end of stepUpEnds) sum.ends[end] += ends[end]
    sum.released += released
    sum.refused += refused
  }
  return sum
}
