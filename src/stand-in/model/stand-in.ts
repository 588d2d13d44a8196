import type { RulesFile } from '../rules/rules-file.ts'
import type { Challenges } from './challenges.ts'
import type { Faults } from './faults.ts'
import type { Tenant } from './model.ts'
import type { Tokens } from './tokens.ts'
import type { Action, Mail } from './types.ts'

/** A track call as it came, before anything was checked or answered. */
export type RecordedTrack = {
  readonly userId: string
  readonly action: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** What the routes, the hosted pages and the control share. */
export type StandIn = {
  readonly tenant: Tenant
  readonly tokens: Tokens
  readonly faults: Faults
  readonly challenges: Challenges
  /** All mails that were sent, the oldest first. */
  readonly mails: Mail[]
  readonly tracks: RecordedTrack[]
  readonly validations: Readonly<Record<string, unknown>>[]
  /** Where the rules come from, if they can change by themselves. */
  readonly rulesFile?: RulesFile | undefined
  /** The origin of the hosted pages; known once the server listens. */
  hostedUrl: string
}

/**
 * Where the hosted pages send the browser back to: the tracked redirectUrl, its own query untouched, and a
 * fresh token of the action appended. Undefined when track named no redirectUrl.
 */
export async function returnUrl(standIn: StandIn, action: Action): Promise<string | undefined> {
  if (action.redirectUrl === undefined) return undefined
  const [address = '', ...fragment] = action.redirectUrl.split('#')
  const token = await standIn.tokens.issue(action)
  const withToken = `${address}${address.includes('?') ? '&' : '?'}token=${token}`
  return [withToken, ...fragment].join('#')
}
