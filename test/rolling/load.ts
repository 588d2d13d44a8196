import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kind, Person } from './people.ts'

/** How one sign-in went. Times are those of `performance.now()`. */
export interface Outcome {
  readonly kind: Kind
  readonly startedAt: number
  readonly endedAt: number
  readonly failure?: Error
}

/** People who sign in without pause. */
export interface Load {
  readonly outcomes: readonly Outcome[]
  /** Resolves once every kind of person has finished so many more sign-ins that began from now on. */
  more(count: number): Promise<void>
  /** The first sign-in of a kind that begins from now on and succeeds. */
  next(kind: Kind): Promise<Outcome>
  /** Lets everybody finish. */
  stop(): Promise<void>
}

/** A person tries again after a moment, so that what refuses at once is not asked in a circle. */
const afterFailureMs = 100

export function startLoad(people: readonly Person[]): Load {
  const stop = new AbortController()
  const outcomes: Outcome[] = []
  const events = new EventEmitter()
  const present = new Set(people.map(({ kind }) => kind))
  const working = people.map((person) => work(person))

  async function work(person: Person): Promise<void> {
    while (!stop.signal.aborted) {
      const startedAt = performance.now()
      const failure = await person.signIn().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      )
      const { kind } = person
      outcomes.push({ kind, startedAt, endedAt: performance.now(), ...(failure && { failure }) })
      events.emit('outcome')
      if (failure) await sleep(afterFailureMs)
    }
  }

  async function find<R>(look: () => R | undefined): Promise<R> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      await once(events, 'outcome')
    }
  }

  return {
    outcomes,
    async more(count) {
      const from = performance.now()
      await find(() => {
        const isEnough = [...present].every((kind) => succeededSince(outcomes, from, kind).length >= count)
        return isEnough || undefined
      })
    },
    next(kind) {
      const from = performance.now()
      return find(() => succeededSince(outcomes, from, kind)[0])
    },
    async stop() {
      stop.abort()
      await Promise.all(working)
    },
  }
}

function succeededSince(outcomes: readonly Outcome[], from: number, kind: Kind): Outcome[] {
  return outcomes.filter((one) => one.kind === kind && one.startedAt >= from && !one.failure)
}

/** The longest time without a sign-in of this kind that succeeded, in milliseconds. */
export function longestGapMs(outcomes: readonly Outcome[], kind: Kind): number {
  const ends = outcomes.filter((one) => one.kind === kind && !one.failure).map(({ endedAt }) => endedAt)
  return Math.max(0, ...ends.slice(1).map((end, at) => end - (ends[at] ?? end)))
}
