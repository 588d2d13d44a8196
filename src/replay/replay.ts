import { BoundedCounts, type Counted } from '../audit-reading/bounded-counts.ts'
import { ByClient, type Owner } from '../audit-reading/by-client.ts'
import type { RecordedLine } from '../audit-reading/recorded-line.ts'
import { TimeSpan } from '../audit-reading/time-span.ts'
import type { Config } from '../config/schema/schema.ts'
import { createPolicies, type Policies } from '../policy/policies.ts'
import { type Replayed, replayDecision } from './replay-decision.ts'
import { replayRefusal } from './replay-refusal.ts'

/** What was decided, and what would be. */
export interface Change {
  readonly before: string
  readonly after: string
}

export interface ClientReplay extends Owner {
  /** The latest mode in the log, and that of the configuration. */
  readonly modes: { readonly before: string; readonly after: string }
  /** The most frequent first. */
  readonly changes: readonly Counted<Change>[]
  /** More kinds of changes than are kept. */
  readonly otherChanges: number
  readonly unchanged: number
  /** Why it can't be known. */
  readonly unknown: readonly Counted<string>[]
}

/** What `replay --json` prints. */
export interface ReplayReport {
  readonly from: string
  readonly until: string
  /** Those with differences first. */
  readonly clients: readonly ClientReplay[]
  /** Listed clients and pages that are not off and have no line: they were off, or nobody used them. */
  readonly unseen: readonly string[]
}

const kept = 60

class ClientCounts {
  mode = ''
  modeAfter = ''
  unchanged = 0
  readonly changes = new BoundedCounts<Change>(kept)
  readonly unknown = new BoundedCounts<string>(kept)

  add(line: RecordedLine, replayed: Replayed): void {
    const before = `${line.verdict}: ${line.reason}`.slice(0, 128)
    switch (replayed.kind) {
      case 'same':
        this.unchanged += 1
        break
      case 'unknown':
        this.unknown.add(replayed.why, () => replayed.why)
        break
      case 'off':
        this.#change(before, 'off: not looked at')
        break
      case 'decided':
        this.#change(before, `${replayed.verdict}: ${replayed.reason}`)
    }
  }

  #change(before: string, after: string): void {
    if (before === after) this.unchanged += 1
    else this.changes.add(`${before}\n${after}`, () => ({ before, after }))
  }
}

/** The decisions of a log against another configuration, counted line by line in bounded memory. */
export class Replay {
  readonly #time = new TimeSpan()
  readonly #clients = new ByClient(() => new ClientCounts())
  readonly #seen = new Set<string>()
  /** Clients and pages that the configuration lists and does not leave alone. */
  readonly #listed: ReadonlySet<string>
  readonly #policies: Policies

  constructor(config: Config) {
    this.#listed = listActive(config)
    this.#policies = createPolicies(config)
  }

  add(line: RecordedLine): void {
    this.#time.add(line.at)
    const isDecision = line.audit === 'decision'
    if (!isDecision && line.audit !== 'would_refuse' && line.audit !== 'refused') return
    const counts = this.#clients.find(line)
    if (counts === undefined) return
    const { page, client_id: clientId } = line
    const policy =
      page === undefined ? this.#policies.ofClient(String(clientId)) : this.#policies.ofPage(page)
    counts.mode = line.mode ?? counts.mode
    counts.modeAfter = policy?.mode ?? 'off'
    const name = String(page ?? clientId)
    if (policy !== undefined && this.#listed.has(name)) this.#seen.add(name)
    counts.add(line, isDecision ? replayDecision(line, policy) : replayRefusal(line, policy, this.#policies))
  }

  read(): ReplayReport {
    const clients = this.#clients.list().map(({ owner, value }) => ({
      ...owner,
      modes: { before: value.mode, after: value.modeAfter },
      changes: value.changes.list(),
      otherChanges: value.changes.others,
      unchanged: value.unchanged,
      unknown: value.unknown.list(),
    }))
    return {
      ...this.#time.read(),
      clients: clients.sort((a, b) => countChanges(b) - countChanges(a)),
      unseen: [...this.#listed].filter((name) => !this.#seen.has(name)),
    }
  }
}

function listActive({ clients, protectedPaths }: Config): Set<string> {
  const active = [...clients.values()].filter(({ mode }) => mode !== 'off')
  return new Set([...active.map(({ clientId }) => clientId), ...protectedPaths.map(({ name }) => name)])
}

const countChanges = ({ changes }: ClientReplay): number => changes.reduce((sum, { count }) => sum + count, 0)
