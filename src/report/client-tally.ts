import { BoundedCounts } from '../audit-reading/bounded-counts.ts'
import type { RecordedLine } from '../audit-reading/recorded-line.ts'
import { type Outcome, outcomeOf, outcomes } from '../figures/outcome.ts'
import { DistinctCount } from './distinct-count.ts'
import { Durations } from './durations.ts'

/** What decided, and the key that changes it. */
export interface DecisionReason {
  readonly verdict: string
  readonly reason: string
  readonly key?: string | undefined
  readonly policyAt?: string | undefined
}

/** What was refused, or would have been. */
export interface RefusalReason {
  readonly reason: string
  readonly leg?: string | undefined
  readonly key?: string | undefined
  /** What was not allowed, as it was sent. */
  readonly value?: string | undefined
  readonly detail?: string | undefined
}

export interface Fault {
  readonly reason: string
  readonly fix?: string | undefined
}

/** Of each client at most so many of one kind; the rarest are counted together. */
const kept = 40
const hoursOfDay = 24

const cut = (text: string): string => text.slice(0, 256)

/** What the lines of one client, or of one page, say: in bounded memory, however many there are. */
export class ClientTally {
  /** The latest; `modes` has all. */
  mode = ''
  readonly modes = new Set<string>()
  policyAt: string | undefined
  readonly outcomes: Record<Outcome, number> = createOutcomes()
  /** With `prompt=none`: an application renews a session, and nobody is there to be challenged. */
  silent = 0
  released = 0
  unwatched = 0
  codesRefused = 0
  readonly hours: readonly Record<Outcome, number>[] = Array.from({ length: hoursOfDay }, createOutcomes)
  readonly users = new DistinctCount()
  readonly usersBy: Readonly<Record<Outcome, DistinctCount>> = {
    released: new DistinctCount(),
    challenged: new DistinctCount(),
    enrolled: new DistinctCount(),
    blocked: new DistinctCount(),
    refused: new DistinctCount(),
    unknown: new DistinctCount(),
  }
  /** Sessions at the OP in which a challenge was due: as many would remain if one counted for its whole session. */
  readonly challengedSessions = new DistinctCount()
  readonly reasons = new BoundedCounts<DecisionReason>(kept)
  readonly refusals = new BoundedCounts<RefusalReason>(kept)
  readonly unknownUsers = new BoundedCounts<Fault>(kept)
  readonly authsignalFaults = new BoundedCounts<string>(kept)
  readonly rules = new BoundedCounts<string>(kept)
  readonly methods = new BoundedCounts<string>(kept)
  readonly stepUps = new BoundedCounts<string>(kept)
  readonly challengeSeconds = new Durations()
  readonly probeMs = new Durations()
  readonly trackMs = new Durations()
  readonly totalMs = new Durations()

  /** @param printOf a fingerprint of a text. */
  add(line: RecordedLine, printOf: (text: string) => number): void {
    this.#note(line)
    this.#countOutcome(line, printOf)
    switch (line.audit) {
      case 'decision':
        this.#addDecision(line)
        break
      case 'step_up':
        this.#addStepUp(line)
        break
      case 'released':
        this.released += 1
        break
      case 'would_refuse':
      case 'refused':
        this.#addRefusal(line)
        break
      case 'unknown_user':
        this.#addUnknown(line)
        break
      case 'unwatched':
        this.unwatched += 1
        break
      case 'code_refused':
        this.codesRefused += 1
    }
  }

  #note({ mode, policy_at }: RecordedLine): void {
    if (mode !== undefined && mode !== this.mode) {
      this.mode = cut(mode)
      if (this.modes.size < 3) this.modes.add(this.mode)
    }
    if (policy_at !== undefined) this.policyAt = cut(policy_at)
  }

  #countOutcome(line: RecordedLine, printOf: (text: string) => number): void {
    const outcome = outcomeOf(line)
    const print = line.subject === undefined ? undefined : printOf(line.subject)
    if (print !== undefined) this.users.add(print)
    if (outcome === undefined) return
    this.outcomes[outcome] += 1
    const hour = this.hours[new Date(line.at).getUTCHours()]
    if (hour) hour[outcome] += 1
    if (print !== undefined) this.usersBy[outcome].add(print)
    if (outcome === 'challenged' && line.session !== undefined)
      this.challengedSessions.add(printOf(line.session))
    if (line.prompt?.split(' ').includes('none')) this.silent += 1
  }

  #addDecision({
    verdict = '',
    reason = '',
    key,
    policy_at: policyAt,
    authsignal,
    ...line
  }: RecordedLine): void {
    this.reasons.add(cut(`${verdict} ${reason} ${key}`), () => ({ verdict, reason, key, policyAt }))
    for (const rule of authsignal?.rule_ids ?? []) this.rules.add(cut(rule), () => cut(rule))
    const fault = authsignal?.error
    if (fault) {
      const { operation, failure, status, error_code: code, reason: why } = fault
      const text = cut([operation, failure, status, code, why].filter((part) => part !== undefined).join(' '))
      this.authsignalFaults.add(text, () => text)
    }
    this.probeMs.add(line.probe_ms)
    this.trackMs.add(line.track_ms)
    this.totalMs.add(line.total_ms)
  }

  #addStepUp({ reason = '', method, challenge_seconds: seconds }: RecordedLine): void {
    this.stepUps.add(cut(reason), () => cut(reason))
    if (reason !== 'passed') return
    const name = cut(method ?? 'not named')
    this.methods.add(name, () => name)
    this.challengeSeconds.add(seconds)
  }

  #addUnknown({ reason = '', fix }: RecordedLine): void {
    this.unknownUsers.add(cut(reason), () => ({ reason: cut(reason), fix }))
  }

  #addRefusal({ reason = '', leg, key, value, detail }: RecordedLine): void {
    const kind = { reason, leg, key, value, detail }
    this.refusals.add(cut(JSON.stringify([reason, leg, key, value])), () => kind)
  }
}

function createOutcomes(): Record<Outcome, number> {
  return Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
}
