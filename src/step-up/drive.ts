import { parseParameters } from '../edge/parameters.ts'
import { parsePrompt } from '../edge/prompt.ts'
import { type Decision, deny } from '../policy/decide.ts'
import type { InFlightRequest, Records, Waiting } from './records.ts'

const maxDrives = 2
const drivingMs = 60_000

/** Sends a browser through its own authorization request once more. */
export interface Driver {
  /**
   * The target to send the browser to, or undefined where the request can't be repeated or was repeated too often.
   * What the OP has done already (a login, a consent) is not asked for again.
   */
  driveAgain(tab: Waiting): Promise<string | undefined>
  /** The same, but its answer will be an error: the way back to the application. */
  driveBack(tab: Waiting): Promise<string | undefined>
}

/** @param now epoch milliseconds. */
export function createDriver(records: Records, now: () => number): Driver {
  async function drive(
    tab: Waiting,
    next: (request: InFlightRequest) => Partial<InFlightRequest> | undefined,
    isAnswered: boolean,
  ): Promise<string | undefined> {
    if (tab.case.inFlight === undefined) return undefined
    const driven = await records.inFlight.update(tab.case.inFlight, (request) => {
      const change = next(request)
      if (change === undefined || request.target === undefined) return undefined
      if (request.targetUntil !== undefined && request.targetUntil <= now()) return undefined
      const target = isAnswered ? withoutAnsweredPrompts(request.target, request, now()) : request.target
      return { ...request, ...change, driving: { target, until: now() + drivingMs } }
    })
    return driven?.driving?.target
  }

  return {
    driveAgain: (tab) =>
      drive(tab, ({ drives }) => (drives < maxDrives ? { drives: drives + 1 } : undefined), tab.isAnswered),
    driveBack(tab) {
      const { subject, session } = tab.case.user
      const decision: Decision = deny('not_verified', 'unmet_authentication_requirements')
      const until = now() + drivingMs
      return drive(tab, () => ({ kept: { subject, decision, until, ...(session && { session }) } }), true)
    },
  }
}

/**
 * The target of a request whose prompts the user has answered: `prompt` goes, and `max_age` grows by the time that
 * passed since, so that the login of this very request still counts and an older one does not (OIDC Core 3.1.2.1).
 */
function withoutAnsweredPrompts(target: string, request: InFlightRequest, now: number): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const parameters = parseParameters({ query }, 'authorization')
  const elapsedSeconds = Math.ceil((now - request.startedAt) / 1000)
  const askedForLogin = parsePrompt(request.prompt).has('login')
  const maxAge = askedForLogin ? '0' : parameters.get('max_age')
  const raised = maxAge === undefined ? undefined : `${Number(maxAge) + elapsedSeconds}`
  const changes = new Map([
    ['prompt', undefined],
    ['max_age', raised],
  ])
  return `${path}?${parameters.toQuery(changes)}`
}
