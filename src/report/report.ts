import type { Counted } from '../audit-reading/bounded-counts.ts'
import type { Owner } from '../audit-reading/by-client.ts'
import type { LineCounts } from '../audit-reading/read-audit.ts'
import type { Outcome, OutcomeCounts } from '../figures/outcome.ts'
import type { DecisionReason, Fault, RefusalReason } from './client-tally.ts'
import type { Distinct } from './distinct-count.ts'
import type { DurationSummary } from './durations.ts'

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
  readonly hours: readonly OutcomeCounts[]
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

/** What to do, or to know, before `enforce`; or now, where the client is enforced already. */
export interface Advice {
  /** How many lines it rests on. */
  readonly count: number
  readonly text: string
  /** The YAML key that changes it. */
  readonly key?: string | undefined
}
