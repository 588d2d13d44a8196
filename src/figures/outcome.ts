/** How a sign-in, or a request for a page, was decided, as an operator counts it. */
export const outcomes = ['released', 'challenged', 'enrolled', 'blocked', 'refused', 'unknown'] as const

export type Outcome = (typeof outcomes)[number]

export type OutcomeCounts = Readonly<Record<Outcome, number>>

export const sumOf = (counts: OutcomeCounts): number =>
  outcomes.reduce((sum, outcome) => sum + counts[outcome], 0)

/** A second decision of the same sign-in: its challenge is passed, put off, or still open. */
const isContinued = (reason: string | undefined): boolean =>
  reason === 'pass' || reason === 'enrolment_skipped' || reason === 'step_up_open'

const enforced: Record<Outcome, string> = {
  released: 'no challenge needed',
  challenged: 'challenged',
  enrolled: 'asked to enrol',
  blocked: 'blocked by a rule',
  refused: 'refused',
  unknown: 'refused: user unknown',
}

const watched: Record<Outcome, string> = {
  released: 'no challenge needed',
  challenged: 'would be challenged',
  enrolled: 'would be asked to enrol',
  blocked: 'would be blocked by a rule',
  refused: 'would be refused',
  unknown: 'would be refused: user unknown',
}

/** Under `monitor` all of them went on. */
export const nameOutcome = (outcome: Outcome, mode: string): string =>
  (mode === 'enforce' ? enforced : watched)[outcome]

/** What an audit line tells of an outcome, as it was written or as it was read. */
export interface OutcomeLine {
  readonly audit: string
  readonly verdict?: string | undefined
  readonly reason?: string | undefined
  readonly mode?: string | undefined
}

/** The outcome that a line tells; undefined where it tells nothing new of a sign-in. */
export function outcomeOf({ audit, verdict, reason, mode }: OutcomeLine): Outcome | undefined {
  // Under `monitor` it went on, and `enforce` would have ended it.
  if (audit === 'unknown_user') return verdict === 'deny' || mode === 'monitor' ? 'unknown' : undefined
  if (audit !== 'decision' || isContinued(reason)) return undefined
  switch (verdict) {
    case 'release':
      return 'released'
    case 'challenge':
      return reason === 'enrolment_required' ? 'enrolled' : 'challenged'
    default:
      return reason === 'blocked' || reason === 'review_required' ? 'blocked' : 'refused'
  }
}
