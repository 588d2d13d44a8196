import { Agent, request } from 'undici'
import { lookupLoopback } from '../lab/loopback.ts'
import { pieces } from './serve-streams.ts'

/** One answer that took its time. Times are those of `performance.now()`. */
export interface Streamed {
  readonly startedAt: number
  readonly endedAt: number
  /** How many bytes came before it ended. */
  readonly bytes: number
  /** Why it ended early; of a stream that has no end, how it ended. */
  readonly broken?: string
  readonly status: number
}

/** Somebody who follows a stream of events, and somebody who downloads; both begin again at once. */
export interface Streams {
  readonly events: readonly Streamed[]
  readonly downloads: readonly Streamed[]
  stop(): Promise<void>
}

export function openStreams(publicUrl: string): Streams {
  const ending = new AbortController()
  const events: Streamed[] = []
  const downloads: Streamed[] = []

  async function repeat(path: string, seen: Streamed[], end?: AbortSignal): Promise<void> {
    while (!ending.signal.aborted) {
      const one = await stream(`${publicUrl}${path}`, end)
      if (!ending.signal.aborted || path === '/download') seen.push(one)
    }
  }

  const working = [
    repeat('/events', events, ending.signal),
    repeat('/events', events, ending.signal),
    repeat('/download', downloads),
  ]
  return {
    events,
    downloads,
    async stop() {
      ending.abort()
      await Promise.all(working)
    },
  }
}

/** Whether all of a download came. */
export const isWhole = ({ status, bytes, broken }: Streamed): boolean =>
  status === 200 && broken === undefined && bytes === pieces.count * pieces.bytes

async function stream(url: string, signal?: AbortSignal): Promise<Streamed> {
  const startedAt = performance.now()
  const agent = new Agent({ connect: { lookup: lookupLoopback } })
  let status = 0
  let bytes = 0
  const end = () => ({ startedAt, endedAt: performance.now(), bytes, status })
  try {
    const answer = await request(url, { dispatcher: agent, ...(signal && { signal }) })
    status = answer.statusCode
    for await (const chunk of answer.body) bytes += chunk.length
    return end()
  } catch (error) {
    return { ...end(), broken: String(error) }
  } finally {
    await agent.destroy()
  }
}
