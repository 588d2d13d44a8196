import { count, duration } from '../terminal/wording.ts'
import type { Distinct } from './distinct-count.ts'
import type { ClientReport } from './report.ts'

/** `1 user`, `about 3,100 users`. */
export const people = ({ count: users, isExact }: Distinct): string =>
  `${isExact ? '' : 'about '}${count(users, 'user')}`

/** What is counted of a client, or of a page. */
export const nounOf = ({ kind }: Pick<ClientReport, 'kind'>): string =>
  kind === 'page' ? 'request' : 'sign-in'

/** `09:00`. */
export const nameHour = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/** How long something took: half of all times less, and 95 of 100. */
export interface TimesTaken {
  readonly name: string
  readonly half: string
  readonly most: string
}

/** What took time for a client, as far as it is known. */
export function describeTimes(client: ClientReport): TimesTaken[] {
  const { challengeSeconds, probeMs, trackMs, totalMs } = client
  const times = [
    { name: 'a challenge', taken: challengeSeconds, ms: 1000 },
    { name: 'asking the OP for the user', taken: probeMs, ms: 1 },
    { name: 'asking Authsignal', taken: trackMs, ms: 1 },
    { name: 'deciding, all together', taken: totalMs, ms: 1 },
  ]
  return times.flatMap(({ name, taken, ms }) =>
    taken ? [{ name, half: duration(taken.half * ms), most: duration(taken.most * ms) }] : [],
  )
}
