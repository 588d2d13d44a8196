import type { BoundedCounts, Counted } from '../audit-reading/bounded-counts.ts'
import type { Owner } from '../audit-reading/by-client.ts'
import type { LineCounts } from '../audit-reading/read-audit.ts'
import { type Advice, adviseOn } from './advice.ts'
import type { ClientTally, DecisionReason, Fault, RefusalReason } from './client-tally.ts'
import type { Distinct } from './distinct-count.ts'
import type { DurationSummary } from './durations.ts'
import { type Outcome, outcomes } from './outcome.ts'
import type { Tally } from './tally.ts'

/** What `report --json` prints. Times are ISO 8601, hours are UTC. */
export interface Report {
  readonly from: string
  readonly until: string
  readonly lines: LineCounts
  readonly users: Distinct
  /** Versions of the configuration, by how many lines each wrote. */
  readonly configs: readonly Counted<string>[]
  readonly security: readonly Counted<string>[]
  /** The busiest first. */
  readonly clients: readonly ClientReport[]
}

/** A list and how many more there were than it keeps. */
export interface Listed<T> {
  readonly list: readonly Counted<T>[]
  readonly others: number
}

export interface OutcomeReport {
  readonly count: number
  /** Of all sign-ins, 0 to 1. */
  readonly share: number
  readonly users: Distinct
}

export interface ClientReport extends Owner {
  /** The latest mode. */
  readonly mode: string
  /** All modes in which it was seen, in order. */
  readonly modes: readonly string[]
  readonly policyAt?: string | undefined
  /** Of a page: requests. */
  readonly signIns: number
  readonly silent: number
  readonly users: Distinct
  readonly outcomes: Readonly<Record<Outcome, OutcomeReport>>
  readonly challengedSessions: Distinct
  /** Authorization responses that went to the client. */
  readonly released: number
  readonly hours: readonly Readonly<Record<Outcome, number>>[]
  readonly reasons: Listed<DecisionReason>
  readonly refusals: Listed<RefusalReason>
  readonly unknownUsers: Listed<Fault>
  readonly authsignalFaults: Listed<string>
  readonly rules: Listed<string>
  readonly methods: Listed<string>
  readonly stepUps: Listed<string>
  readonly unwatched: number
  readonly codesRefused: number
  readonly challengeSeconds?: DurationSummary | undefined
  readonly probeMs?: DurationSummary | undefined
  readonly trackMs?: DurationSummary | undefined
  readonly totalMs?: DurationSummary | undefined
  readonly advice: readonly Advice[]
}

/** All that the lines said; there must have been one. */
export function createReport(tally: Tally, lines: LineCounts): Report {
  const clients = tally.clients.list().map(({ owner, value }) => describe(owner, value))
  return {
    ...tally.time.read(),
    lines,
    users: tally.users.read(),
    configs: tally.configs.list(),
    security: tally.security.list(),
    clients: clients.sort((a, b) => weigh(b) - weigh(a)),
  }
}

function describe(owner: Owner, tally: ClientTally): ClientReport {
  const signIns = outcomes.reduce((sum, outcome) => sum + tally.outcomes[outcome], 0)
  const described = outcomes.map((outcome) => {
    const count = tally.outcomes[outcome]
    const share = signIns === 0 ? 0 : count / signIns
    return [outcome, { count, share, users: tally.usersBy[outcome].read() }] as const
  })
  const client: Omit<ClientReport, 'advice'> = {
    ...owner,
    mode: tally.mode,
    modes: [...tally.modes],
    policyAt: tally.policyAt,
    signIns,
    silent: tally.silent,
    users: tally.users.read(),
    outcomes: Object.fromEntries(described) as Record<Outcome, OutcomeReport>,
    challengedSessions: tally.challengedSessions.read(),
    released: tally.released,
    hours: tally.hours,
    reasons: toListed(tally.reasons),
    refusals: toListed(tally.refusals),
    unknownUsers: toListed(tally.unknownUsers),
    authsignalFaults: toListed(tally.authsignalFaults),
    rules: toListed(tally.rules),
    methods: toListed(tally.methods),
    stepUps: toListed(tally.stepUps),
    unwatched: tally.unwatched,
    codesRefused: tally.codesRefused,
    challengeSeconds: tally.challengeSeconds.read(),
    probeMs: tally.probeMs.read(),
    trackMs: tally.trackMs.read(),
    totalMs: tally.totalMs.read(),
  }
  return { ...client, advice: adviseOn(client) }
}

const toListed = <T>(counts: BoundedCounts<T>): Listed<T> => ({ list: counts.list(), others: counts.others })

const weigh = ({ signIns, refusals }: ClientReport): number =>
  signIns + refusals.list.reduce((sum, { count }) => sum + count, 0)
