import type { AnswerFault } from '../probe/authorization-answer.ts'
import type { ProbeFailure } from '../probe/probe-failure.ts'
import type { Meaning } from './meaning.ts'

/** What the gateway itself finds, without or after asking. */
type OwnReason =
  | 'no_cookie'
  | 'only_by_browser'
  | 'other_code'
  | 'session_unknown'
  | 'subject_unreadable'
  | 'too_many_probes'

const settings = "See the settings of the probe's client at the OP, and docs/presets.md."
const opsLog = "See `detail`, and the OP's log for that time."

/** `reason` of `unknown_user`, and of the line that the probe does not know the user. */
export const userReasons: Readonly<Record<AnswerFault | ProbeFailure | OwnReason, Meaning>> = {
  no_cookie: {
    meaning: 'The browser has no cookie of `provider.probe.cookies`.',
    fix: "Before a sign-in that is as it should be. After one, correct `provider.probe.cookies`: the names of the OP's session cookies.",
  },
  login_required: {
    meaning: 'The OP says that nobody is signed in.',
    fix: 'If somebody is, `provider.probe.cookies` lacks a cookie, or the OP tells only the browser: `provider.probe.by: browser`.',
  },
  consent_required: {
    meaning: "The OP asks for consent to the gateway's own client.",
    fix: "Switch consent off for the probe's client at the OP.",
  },
  interaction_required: {
    meaning: 'The OP wants to show a page before it answers.',
    fix: "See which page that is for the probe's client: consent, terms, a second factor of the OP.",
  },
  account_selection_required: {
    meaning: 'The OP wants the user to choose an account.',
    fix: 'Set `provider.probe.by: browser`, or a prompt that the OP answers by itself.',
  },
  not_a_redirect: {
    meaning: 'The OP answered the probe with a page instead of a redirect, such as its login page.',
    fix: 'If users are signed in, set `provider.probe.prompt` as the preset of the OP says.',
  },
  other_redirect: {
    meaning: "The OP redirected the probe elsewhere than to the gateway's redirect URI.",
    fix: 'If users are signed in, set `provider.probe.by: browser`.',
  },
  ambiguous_answer: {
    meaning: 'A parameter of the answer is doubled, or it has a code and an error.',
    fix: opsLog,
  },
  state_mismatch: { meaning: 'The answer has another `state` than the question.', fix: opsLog },
  issuer_mismatch: {
    meaning: 'The answer names another issuer (RFC 9207).',
    fix: "Set `provider.issuer` to the OP's issuer.",
  },
  code_missing: { meaning: 'The answer has neither a code nor an error.', fix: opsLog },
  id_token_missing: {
    meaning: 'The answer has neither an ID token nor an error (`provider.probe.responseType: id_token`).',
    fix: opsLog,
  },
  upstream_error: { meaning: 'The OP answered with an error of HTTP.', fix: opsLog },
  authorization_error: { meaning: 'The OP answered with an error that no standard names.', fix: opsLog },
  invalid_request: { meaning: "The OP does not accept the probe's request.", fix: settings },
  unauthorized_client: {
    meaning: "The OP does not let the probe's client use the code flow.",
    fix: settings,
  },
  access_denied: { meaning: 'The OP refused the probe for this user.', fix: settings },
  unsupported_response_type: {
    meaning: "The OP does not let the probe's client ask for a code.",
    fix: settings,
  },
  invalid_scope: {
    meaning: 'The OP does not know, or not permit, a scope of `provider.probe.scope`.',
    fix: 'Shorten it, or permit the scopes for the client at the OP.',
  },
  server_error: { meaning: 'The OP failed.', fix: opsLog },
  temporarily_unavailable: { meaning: 'The OP is not available.', fix: opsLog },
  timeout: {
    meaning: 'The OP took longer than `provider.probe.timeout`.',
    fix: 'See why the OP is slow, or lengthen it.',
  },
  unreachable: { meaning: 'The OP could not be reached.', fix: 'See that it runs, and `upstream.url`.' },
  provider_unavailable: {
    meaning: "The OP's metadata is not known yet.",
    fix: 'See the line that it could not be read.',
  },
  token_error: {
    meaning: "The OP's token endpoint refused the probe's code; `detail` is its error.",
    fix: 'With invalid_client, correct `provider.probe.clientId`, `clientSecret` or `clientAuth`.',
  },
  id_token_invalid: {
    meaning: "The probe's ID token is not valid; `detail` says why.",
    fix: "See the clocks, `provider.issuer` and the OP's keys.",
  },
  internal: { meaning: 'The gateway failed.', fix: 'Report it, with `detail`.' },
  subject_unreadable: {
    meaning: 'The ID token lacks the claim that `provider.subject` names.',
    fix: 'Let the OP write it into the ID token, or name another claim.',
  },
  too_many_probes: {
    meaning: 'More probes within 10 minutes than `provider.probe.perSession` or `perAddress`.',
    fix: 'If the users are honest, raise the limit, or set `trustedProxies` so that their addresses are known.',
  },
  other_code: {
    meaning: 'The browser brought back another code than the OP had sent it with.',
    fix: 'None for one user; somebody may have tried to pass on an answer.',
  },
  only_by_browser: {
    meaning: 'Only the browser can ask (`provider.probe.by: browser`), and it was sent too often.',
    fix: "See that the OP answers the probe's client without a page.",
  },
  session_unknown: {
    meaning: 'The OP names no session (`sid`, `auth_time`), without which no page can be protected.',
    fix: 'Let the OP write `auth_time` or `sid` into the ID token.',
  },
}
