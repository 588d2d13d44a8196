import type { RefusedReason } from '../telemetry/audit-line.ts'
import type { Meaning } from './meaning.ts'

const clientFix = 'Correct the client, or the page that sends the request.'
const startAgain = 'None for one user, who starts again at the application.'
const opFix = "See the OP's log for that time."

/** `reason` of `refused` and `would_refuse`, and `code` of a line `refused` without `audit`. */
export const refusalReasons: Readonly<Record<RefusedReason | 'unreadable_request', Meaning>> = {
  unreadable_request: {
    meaning: 'What came is no HTTP, took too long, or has headers over `maxHeaderSize`.',
    fix: 'With status 431, raise `maxHeaderSize`.',
  },
  malformed_target: { meaning: 'The path or query can not be read in one way only.', fix: clientFix },
  ambiguous_target: { meaning: 'The path is another spelling of a guarded one.', fix: clientFix },
  malformed_headers: { meaning: 'The header fields can not be read.', fix: clientFix },
  unknown_host: {
    meaning: 'The Host header is neither that of `publicUrl` nor one of `hosts`.',
    fix: 'Add the name to `hosts`, or let the proxy in front pass the Host header on.',
  },
  malformed_parameters: { meaning: 'The parameters can not be read.', fix: clientFix },
  ambiguous_parameters: {
    meaning: 'The parameters could be read in two ways: a name twice, another spelling of a client.',
    fix: clientFix,
  },
  ambiguous_cookies: {
    meaning: "The browser sends two session cookies of the OP's under one name.",
    fix: "None for one user, who deletes the site's cookies; see that no other application sets them.",
  },
  unsupported_response: {
    meaning: 'A response type or mode that is not allowed or can not be read.',
    fix: 'Add the type to `responseTypes`, or correct the client.',
  },
  unsupported_request: {
    meaning:
      'A request that the gateway can not judge: no `openid` in the scope, an unreadable request object.',
    fix: 'Correct the client.',
  },
  no_cookie: {
    meaning: "The gateway's cookie is missing, or a step-up belongs to another browser.",
    fix: startAgain,
  },
  wrong_return: {
    meaning: 'A return from a challenge with a wrong address. Nothing was changed.',
    fix: startAgain,
  },
  unknown_user: {
    meaning: 'The user of a page could not be identified, or another one is signed in by now.',
    fix: 'See the reason on the line `unknown_user` of the same request.',
  },
  sign_in_first: { meaning: 'A page that needs a step-up, and nobody is signed in.', fix: 'Nothing.' },
  verify_first: {
    meaning: 'A page that needs a step-up, asked for by a script or a frame.',
    fix: 'Nothing.',
  },
  not_allowed: { meaning: 'The rules refuse the page.', fix: 'See the decision of the same request.' },
  passkey_refused: {
    meaning: 'A passkey was not accepted, or not for this user; `detail` says why.',
    fix: 'See `detail`.',
  },
  unlisted_redirect_uri: {
    meaning:
      'A protected client asked for its answer at an address that no policy lists, or the OP answered there.',
    fix: 'Add it to `redirectUris`, or remove it at the OP.',
  },
  not_found: { meaning: 'The gateway has no such page.', fix: 'Nothing.' },
  method_not_allowed: { meaning: 'Another HTTP method than the endpoint has.', fix: clientFix },
  used: { meaning: 'A link or a return that was used already.', fix: startAgain },
  expired: {
    meaning: 'A step-up that took longer than `stepUp.timeout`, or that a restart has forgotten.',
    fix: startAgain,
  },
  restart: {
    meaning: 'A response or a form whose request is not known any more.',
    fix: 'None for one user; if it is frequent, see that all requests come through the gateway.',
  },
  body_too_large: { meaning: 'A form or its parameters are over the limit.', fix: clientFix },
  unsupported_content_type: { meaning: 'A form in another content type, coding or charset.', fix: clientFix },
  internal: { meaning: 'The gateway failed.', fix: 'Report it, with `err`.' },
  unsupported_upgrade: {
    meaning: 'WebSocket, or another protocol than HTTP.',
    fix: 'Nothing: it is not supported.',
  },
  upstream_unreachable: {
    meaning: 'The OP could not be reached.',
    fix: 'See that it runs, and `upstream.url`.',
  },
  upstream_unreadable: { meaning: "The OP's answer must be read, and can't be.", fix: opFix },
  store_unavailable: { meaning: 'The store of the gateway does not answer.', fix: 'See `err`.' },
  verification_unavailable: {
    meaning: 'A page or a passkey needs Authsignal, which does not answer.',
    fix: 'See the line on the failed call in the same request.',
  },
  provider_unavailable: {
    meaning: "The OP's metadata is not known yet.",
    fix: 'See the line that it could not be read.',
  },
  upstream_timeout: { meaning: 'The OP was silent for longer than `upstream.timeout`.', fix: opFix },
  invalid_request: { meaning: 'A token or back-channel request that can not be read.', fix: clientFix },
  invalid_grant: {
    meaning:
      'A code or refresh token that was not released to this client, or a token response of another user.',
    fix: 'See `detail`; tokens from before the gateway need `refreshTokens: any`.',
  },
  unauthorized_client: {
    meaning: 'A grant that is not on the list of the client.',
    fix: 'Add it to `grants` if the client may get tokens that way without a step-up.',
  },
  server_error: { meaning: 'The gateway failed at a token request.', fix: 'Report it, with `err`.' },
  temporarily_unavailable: { meaning: 'A token request could not be checked.', fix: 'See `err`.' },
  unsupported_response_type: {
    meaning:
      'The OP sent a response of a type that is not in `responseTypes`, or that can be read in two ways.',
    fix: 'Add the type to `responseTypes` if the client should get it.',
  },
  unasked_response: {
    meaning: 'The OP sent tokens that no known request had asked for.',
    fix: 'See that all authorization requests come through the gateway.',
  },
  front_channel_of_another: {
    meaning: 'The tokens in a response are not those of the user who is signed in, or not valid.',
    fix: opFix,
  },
  no_step_up: {
    meaning: 'A challenge was decided on and can not be shown for this response.',
    fix: startAgain,
  },
}
