import type { Identity } from './identity.ts'

/**
 * Who the user is, as far as the OP says. `reason` (`AnswerFault`, `ProbeFailure` and some of the gateway's own) and
 * `detail` are for the log. `consent_required` means that the OP asks consent for the probe's client.
 */
export type ProbeResult =
  | { readonly known: true; readonly identity: Identity }
  | { readonly known: false; readonly reason: string; readonly detail?: string | undefined }

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
