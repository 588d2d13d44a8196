import type { SecurityEvent } from '../telemetry/audit-line.ts'
import type { Meaning } from './meaning.ts'

const attack = 'If it repeats, somebody tries something: see ip and user_agent.'

/** `event` of `security`. */
export const securityEvents: Readonly<Record<SecurityEvent, Meaning>> = {
  challenge_host_refused: {
    meaning: 'Authsignal sent users to a host that is not in `authsignal.challengeHosts`.',
    fix: "Add the tenant's custom domain there.",
  },
  client_id_of_another: {
    meaning: 'A client_id that an OP could take for that of a protected client.',
    fix: 'If the client is legitimate, list it with `mode: off`.',
  },
  front_channel_of_another: {
    meaning: 'Tokens in the browser for another user than the one who is signed in.',
    fix: attack,
  },
  grant_of_another_client: { meaning: 'A client redeemed a code of another.', fix: attack },
  page_of_another: {
    meaning: 'Another user was signed in by the time a protected page was answered; nobody got it.',
    fix: attack,
  },
  passkey_jwt_from_a_browser: {
    meaning: 'A browser sent a JWT as only the gateway makes them.',
    fix: attack,
  },
  passkey_of_another: {
    meaning: 'The OP signed in another user than the one of the passkey.',
    fix: 'See docs/passkeys.md: `user` and the trusted header or JWT.',
  },
  return_in_another_browser: {
    meaning: 'A challenge was finished in another browser than it began in; it will never count.',
    fix: 'Somebody may have been tricked into it, or the user changed the browser.',
  },
  token_exchange_for_protected_client: {
    meaning: 'A token exchange asked for tokens of a protected client.',
    fix: 'Add the grant to its `grants` if that is meant.',
  },
  token_response_dropped: {
    meaning:
      'A token response did not match its release: its tokens were revoked, and nobody got them. `objection` says what was wrong.',
    fix: 'If it is frequent, compare the claims of the ID token at both endpoints (`provider.subject`, `provider.compare`).',
  },
  unasked_response: {
    meaning: 'Tokens that no known request had asked for.',
    fix: 'See that all requests come through the gateway.',
  },
  unlisted_redirect_uri: {
    meaning: 'A protected client asked for its answer at an unlisted address, or the OP answered there.',
    fix: 'Add it to `redirectUris`, or remove it at the OP.',
  },
  unrecognised_client: {
    meaning: 'A response of a client that is not known, while all clients are enforced.',
    fix: 'See that all requests come through the gateway.',
  },
  unreleased_grant: {
    meaning: 'A protected client redeemed a code or a refresh token that was not released.',
    fix: 'After a restart or a switch-over that is to be expected for a while; else somebody goes around the gateway.',
  },
}
