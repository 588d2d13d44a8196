import type { Case, StepUp } from '../records/records.ts'

/** How a challenge ends without a line of the record. */
export type SilentEnd = 'abandoned' | 'in_another_browser' | 'lost' | 'skipped'

/** A challenge that was opened. */
export interface Opened {
  readonly case: Case
  /** For how many milliseconds it may be passed. */
  readonly timeoutMs: number
  /** Reads it again. */
  find(): Promise<StepUp | undefined>
}

/** The challenges that this process has opened and that have not ended, as far as it knows. */
export interface OpenStepUps {
  readonly size: number
  opened(id: string, stepUp: Opened): void
  /** A step of its record, here. */
  changed(id: string, stepUp: StepUp): void
  /** Looks at those that other replicas may have ended, and at those whose time is over; each once a minute at most. */
  sweep(): Promise<void>
}

interface Watched extends Opened {
  /** Epoch milliseconds, as is `seenAt`. */
  readonly expiresAt: number
  seenAt: number
}

/** More are opened and not watched: these take a few MiB. */
const maxWatched = 20_000

/** How old the news of one may be before the store is asked. */
const newsMs = 60_000

/** A store that can't say by then what has become of one never will. */
const patienceMs = 60_000

/**
 * Each challenge is watched by the replica that opened it, so that all replicas together count each once, wherever it
 * ends. What a process still watches when it ends is counted by nobody.
 *
 * @param now epoch milliseconds.
 * @param onEnd is called for each end of which the record has no line.
 */
export function watchOpenStepUps(
  now: () => number,
  onEnd: (it: Case, outcome: SilentEnd) => void,
): OpenStepUps {
  const open = new Map<string, Watched>()
  let isSweeping = false

  function judge(watched: Watched, found: StepUp | undefined): SilentEnd | 'ended' | 'open' {
    const isOver = now() >= watched.expiresAt
    // What ends is written then, and stays for longer than what nobody has touched.
    if (found === undefined) return isOver ? 'abandoned' : 'lost'
    if (found.state !== 'open') return 'ended'
    return isOver ? 'abandoned' : 'open'
  }

  async function look(id: string, watched: Watched): Promise<void> {
    watched.seenAt = now()
    try {
      const news = judge(watched, await watched.find())
      if (news === 'open' || !open.delete(id)) return
      if (news !== 'ended') onEnd(watched.case, news)
    } catch {
      if (now() >= watched.expiresAt + patienceMs) open.delete(id)
    }
  }

  return {
    get size() {
      return open.size
    },
    opened(id, stepUp) {
      const at = now()
      if (open.size < maxWatched) open.set(id, { ...stepUp, expiresAt: at + stepUp.timeoutMs, seenAt: at })
    },
    changed(id, { case: it, state, isSkipped }) {
      if (state === 'open') return
      open.delete(id)
      if (state === 'burnt') onEnd(it, 'in_another_browser')
      if (state === 'checking' && isSkipped) onEnd(it, 'skipped')
    },
    async sweep() {
      if (isSweeping) return
      isSweeping = true
      for (const [id, watched] of open) {
        const at = now()
        if (at - watched.seenAt >= newsMs || at >= watched.expiresAt) await look(id, watched)
      }
      isSweeping = false
    },
  }
}
