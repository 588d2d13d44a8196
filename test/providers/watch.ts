import type { Application } from '../lab/providers/kit.ts'
import type { Stage } from './journey.ts'

/** A track call or an audit line. */
export type Line = Readonly<Record<string, unknown>>

/** What happened at Authsignal and at the gateway since the watch began, for one application. */
export interface Watch {
  /** Track calls, in order. */
  tracks(application: Application): readonly Line[]
  /** Audit lines of one kind, in order. */
  audit(kind: 'decision' | 'released' | 'step_up', application: Application): readonly Line[]
}

export function watch({ world }: Stage): Watch {
  const { control } = world.authsignal
  const [tracks, lines] = [control.tracks.length, world.log.length]
  return {
    tracks: ({ registration }) =>
      control.tracks
        .slice(tracks)
        .map(({ userId, attributes }): Line => ({ userId, ...(attributes['custom'] as Line | undefined) }))
        .filter((track) => track['client_id'] === registration.clientId),
    audit: (kind, { registration }) =>
      world.log
        .slice(lines)
        .map((line): Line => JSON.parse(line))
        .filter((line) => line['audit'] === kind && line['client_id'] === registration.clientId),
  }
}
