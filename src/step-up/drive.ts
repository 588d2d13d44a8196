import { parseParameters } from '../oauth/parameters.ts'
import { parsePrompt } from '../oauth/prompt.ts'
import { deny } from '../policy/decide.ts'
import type { InFlightRequest, Waiting } from '../records/records.ts'
import type { Services } from '../services.ts'

const maxDrives = 2
/** How long the browser may take to come back with what it was sent to, in milliseconds. */
export const drivingMs = 60_000

/** By what a login may seem older than it is: OPs tell its time in whole seconds, and the browser needs time to get there. */
const loginSlackSeconds = 5

type DriveServices = Pick<Services, 'records' | 'now'>

/** Sends a tab through its own authorization request once more, as `driveRequest` does. */
export const driveAgain = (services: DriveServices, tab: Waiting): Promise<string | undefined> =>
  driveRequest(services, tab.case.inFlight, tab.isAnswered)

/**
 * Sends a browser through its own authorization request once more. What the OP has done already is not asked for again,
 * but for the consent to `offline_access`.
 *
 * @param inFlight the key of the request, if it is known.
 * @param isAnswered the OP has answered it.
 * @returns the target to send the browser to, or undefined where the request can't be repeated or was repeated too often.
 */
export function driveRequest(
  services: DriveServices,
  inFlight: string | undefined,
  isAnswered: boolean,
): Promise<string | undefined> {
  return drive(
    services,
    inFlight,
    ({ drives }) => (drives < maxDrives ? { drives: drives + 1 } : undefined),
    (target, request) =>
      isAnswered ? withPrompt(promptOfOffline(request), target, request, services.now()) : target,
  )
}

/** The same, but its answer will be an error, by which the user returns to the application. */
export function driveBack(services: DriveServices, tab: Waiting): Promise<string | undefined> {
  const { subject, session } = tab.case.user
  const decision = deny('not_verified', 'unmet_authentication_requirements')
  const until = services.now() + drivingMs
  return drive(
    services,
    tab.case.inFlight,
    () => ({ kept: { subject, session, decision, until } }),
    (target, request) => withPrompt(undefined, target, request, services.now()),
  )
}

async function drive(
  { records, now }: DriveServices,
  inFlight: string | undefined,
  next: (request: InFlightRequest) => Partial<InFlightRequest> | undefined,
  rewrite: (target: string, request: InFlightRequest) => string,
): Promise<string | undefined> {
  if (inFlight === undefined) return undefined
  const driven = await records.inFlight.update(inFlight, (request) => {
    const change = next(request)
    const known = findTarget(request, now())
    if (change === undefined || known === undefined) return undefined
    const target = rewrite(known, request)
    return { ...request, ...change, driving: { target, until: now() + drivingMs } }
  })
  return driven?.driving?.target
}

/** The request as it came, while it lasts; else by its parameters alone. */
function findTarget({ target, targetUntil, plainTarget }: InFlightRequest, now: number): string | undefined {
  return target !== undefined && (targetUntil === undefined || targetUntil > now) ? target : plainTarget
}

/** An OP ignores `offline_access` without prompt=consent (OIDC Core 11), and the client would get no refresh token. */
function promptOfOffline({ prompt, scope }: InFlightRequest): string | undefined {
  return parsePrompt(prompt).has('consent') && scope.includes('offline_access') ? 'consent' : undefined
}

/**
 * The target of a request whose prompts the user has answered, with what is left of them. `max_age` grows by the time
 * that passed since the request was first made, so that the login of this very request still counts, and one from before
 * it does not (OIDC Core 3.1.2.1) but for the slack.
 */
function withPrompt(
  prompt: string | undefined,
  target: string,
  { maxAge, startedAt }: InFlightRequest,
  now: number,
): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const parameters = parseParameters({ query }, 'authorization')
  const elapsedSeconds = Math.max(0, Math.ceil((now - startedAt) / 1000))
  const changes = new Map([['prompt', parameters.has('prompt') ? prompt : undefined]])
  if (maxAge !== undefined) changes.set('max_age', `${maxAge + elapsedSeconds + loginSlackSeconds}`)
  return `${path}?${parameters.toQuery(changes)}`
}
