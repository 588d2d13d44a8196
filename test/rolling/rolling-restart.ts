import { startRedis } from '../lab/redis/server.ts'
import { startTogether } from '../lab/start-together.ts'
import { type Load, longestGapMs, startLoad } from './load.ts'
import { type Kind, kinds, meet, namePeople, SignInFailure } from './people.ts'
import { type RollingOptions, type RollingWorld, startRollingWorld } from './rolling-world.ts'
import { isWhole, openStreams, type Streamed } from './streams.ts'

export interface RestartOptions extends Pick<RollingOptions, 'program' | 'shutdown' | 'checks'> {
  /** How often each of the two gateways is restarted. */
  readonly rounds: number
  /** How many sign-ins of each kind are finished between two restarts. */
  readonly between: number
  /** How many people of each kind there are. */
  readonly people: number
  readonly print?: (line: string) => void
}

export interface RestartResult {
  /** Of each process that was asked to end. */
  readonly exitCodes: readonly (number | NodeJS.Signals)[]
  readonly signIns: Readonly<Record<Kind, SignIns>>
  /** What went wrong with each sign-in that failed, with what the log says of it. */
  readonly failures: readonly string[]
  readonly downloads: { readonly whole: number; readonly broken: readonly Streamed[] }
  /** How often a stream of events was ended by a gateway, and how long it took until another flowed. */
  readonly cuts: number
  readonly seconds: number
}

export interface SignIns {
  readonly finished: number
  /** The longest time in which nobody of this kind finished one. */
  readonly longestGapMs: number
  /** How long one took at most. */
  readonly longestMs: number
}

/** Restarts one gateway after the other, while people sign in and streams flow. */
export async function restartUnderLoad(options: RestartOptions): Promise<RestartResult> {
  const print = options.print ?? (() => undefined)
  const world = await startTogether(async (keep) => {
    const server = keep(await startRedis())
    const usernames = namePeople(options.people)
    const store = { url: server.url, timeout: '2s' }
    return { ...keep(await startRollingWorld({ ...options, store, usernames })), usernames }
  })
  try {
    const people = await Promise.all(world.usernames.map((username) => meet(world, username)))
    const startedAt = performance.now()
    const load = startLoad(people)
    const streams = openStreams(world.publicUrl)
    const exitCodes: (number | NodeJS.Signals)[] = []
    await load.more(options.between)
    for (let round = 1; round <= options.rounds; round++) {
      for (const replica of world.replicas) {
        const began = performance.now()
        exitCodes.push(await replica.end())
        const ended = performance.now()
        await replica.start()
        await load.more(options.between)
        const seconds = (ms: number) => (ms / 1000).toFixed(1)
        print(
          `round ${round}, gateway ${replica.name}: ended with ${exitCodes.at(-1)} after ${seconds(ended - began)} s, ` +
            `${load.outcomes.length} sign-ins so far, ${countFailures(load)} failed`,
        )
      }
    }
    await Promise.all([load.stop(), streams.stop()])
    return {
      exitCodes,
      signIns: sumUp(load),
      failures: load.outcomes.flatMap(({ kind, failure }) => (failure ? tell(world, kind, failure) : [])),
      downloads: {
        whole: streams.downloads.filter(isWhole).length,
        broken: streams.downloads.filter((one) => !isWhole(one)),
      },
      cuts: streams.events.length,
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    await world.close()
  }
}

const countFailures = ({ outcomes }: Load): number => outcomes.filter(({ failure }) => failure).length

function sumUp({ outcomes }: Load): RestartResult['signIns'] {
  const sum = (kind: Kind): SignIns => {
    const finished = outcomes.filter((one) => one.kind === kind && !one.failure)
    const longest = Math.max(...finished.map(({ startedAt, endedAt }) => endedAt - startedAt))
    return {
      finished: finished.length,
      longestGapMs: Math.round(longestGapMs(outcomes, kind)),
      longestMs: Math.round(longest),
    }
  }
  return Object.fromEntries(kinds.map((kind) => [kind, sum(kind)])) as RestartResult['signIns']
}

/** What a person saw, and the lines that the gateways wrote about it. */
export function tell({ log, balancer }: RollingWorld, kind: Kind, failure: Error): string {
  if (!(failure instanceof SignInFailure)) return `${kind}: ${failure.stack}`
  const { supportId, way, message } = failure
  const lines = supportId === undefined ? [] : log.filter((line) => line.includes(supportId))
  return [
    `${kind}: ${message}`,
    `  way: ${way}`,
    `  support id: ${supportId ?? 'none'}`,
    ...lines.map((line) => `  log: ${line.slice(0, 600)}`),
    ...balancer.log.slice(-3).map((line) => `  balancer: ${line.slice(0, 300)}`),
  ].join('\n')
}
