import { BoundedCounts } from '../audit-reading/bounded-counts.ts'
import { ByClient } from '../audit-reading/by-client.ts'
import type { RecordedLine } from '../audit-reading/recorded-line.ts'
import { TimeSpan } from '../audit-reading/time-span.ts'
import { ClientTally } from './client-tally.ts'
import { DistinctCount, fingerprint } from './distinct-count.ts'

const maxPrints = 10_000
const longestName = 64

/** All that a report says, gathered line by line, in bounded memory. */
export class Tally {
  readonly time = new TimeSpan()
  readonly users = new DistinctCount()
  readonly security = new BoundedCounts<string>(40)
  /** Versions of the configuration. */
  readonly configs = new BoundedCounts<string>(20)
  readonly clients = new ByClient(() => new ClientTally())
  readonly #prints = new Map<string, number>()

  add(line: RecordedLine): void {
    this.time.add(line.at)
    const { config, subject, audit, event } = line
    if (config !== undefined) countName(this.configs, config)
    if (subject !== undefined) this.users.add(this.#printOf(subject))
    if (audit === 'security') countName(this.security, event ?? '')
    this.clients.find(line)?.add(line, this.#printOf)
  }

  /** Most users come more than once. */
  readonly #printOf = (text: string): number => {
    const known = this.#prints.get(text)
    if (known !== undefined) return known
    if (this.#prints.size >= maxPrints) this.#prints.clear()
    const print = fingerprint(text)
    this.#prints.set(text, print)
    return print
  }
}

function countName(counts: BoundedCounts<string>, name: string): void {
  const cut = name.slice(0, longestName)
  counts.add(cut, () => cut)
}
