import type { Identity } from './identity.ts'

/**
 * Who the user is, as far as the OP says. `reason` (`AnswerFault`, `ProbeFailure` and some of the gateway's own) and
 * `detail` are for the log. `consent_required` means that the OP asks consent for the probe's client.
 */
export type ProbeResult =
  | {
      readonly known: true
      readonly identity: Identity
      /** The session of the request, if the OP's answer to it has renewed it (`afterRenewal`). */
      readonly renews?: Identity | undefined
    }
  | { readonly known: false; readonly reason: string; readonly detail?: string | undefined }

/**
 * What is known once the OP's answer to an authorization request has set cookies. An OP may renew a session in the very
 * answer that has the code, and take the time of its cookie for `auth_time`: the code may then be of either time. A user
 * who signs in anew does so on a page in between, so that no request and its answer are on two sides of it.
 *
 * @param before of the request, if it was decided by that: it asked for no new login then.
 * @param after of its answer.
 */
export function afterRenewal(before: ProbeResult | undefined, after: ProbeResult): ProbeResult {
  if (!before?.known || !after.known || before === after) return after
  const isSame =
    /* guard: renewed-for-its-user */ before.identity.subject === after.identity.subject &&
    /* guard: renewed-in-its-session */ before.identity.sid === after.identity.sid
  return isSame ? { ...after, renews: before.identity } : after
}

/** The reason where only the browser can find out (`provider.probe.by: browser`). */
export const onlyByBrowser = 'only_by_browser'

/**
 * What an operator may change where the OP has just answered for a user, and the probe finds nobody.
 *
 * @returns nothing where the reason has another remedy.
 */
export function adviseAfterAnswer(reason: string): string | undefined {
  return saysNobody(reason) || reason === 'other_redirect'
    ? 'if provider.probe.cookies are right, the OP tells only the browser: set provider.probe.by: browser'
    : undefined
}

/** Whether an unknown user is nobody: so the OP says it to the probe. */
export const saysNobody = (reason: string): boolean =>
  [
    'no_cookie',
    'login_required',
    'interaction_required',
    'account_selection_required',
    'not_a_redirect',
  ].includes(reason)
