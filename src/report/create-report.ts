import type { BoundedCounts } from '../audit-reading/bounded-counts.ts'
import type { Owner } from '../audit-reading/by-client.ts'
import type { LineCounts } from '../audit-reading/read-audit.ts'
import { type Outcome, outcomes, sumOf } from '../figures/outcome.ts'
import { adviseOn } from './advice.ts'
import type { ClientTally } from './client-tally.ts'
import type { ClientReport, Listed, OutcomeReport, Report } from './report.ts'
import type { Tally } from './tally.ts'

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
  const signIns = sumOf(tally.outcomes)
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
