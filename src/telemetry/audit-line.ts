import type { AuthsignalErrorKind, AuthsignalOperation } from '../authsignal/authsignal-error.ts'
import type { FailureKind } from '../authsignal/failure-kind.ts'
import type { AuthorizationError, ChallengeReason, DenyReason, ReleaseReason } from '../policy/decide.ts'
import type { RefusalCode } from '../refusal.ts'
import type { TokenErrorCode } from '../token-error.ts'

/**
 * The version of what an audit line says (docs/audit.md). It grows when a field goes away or means something else; a new
 * field or event leaves it as it is.
 */
export const auditSchema = 1

/** Where in the gateway something was decided. */
export type Leg =
  | 'request'
  | 'response'
  | 'return'
  | 'token'
  | 'back_channel'
  | 'page'
  | 'passkeys'
  | 'sign_out'

/** On every audit line. What is not known is absent. */
export interface CommonFields {
  /** ISO 8601. */
  readonly time: string
  /** pino's: 30 info, 40 warn, 50 error. */
  readonly level: number
  readonly msg: string
  readonly schema: typeof auditSchema
  /** What configuration the gateway runs on (`versionOf`). */
  readonly config: string
  readonly support_id?: string
  /** W3C Trace Context. */
  readonly trace_id?: string
  readonly ip?: string
  readonly user_agent?: string
}

/** Whom a line is about: a client, or a page that no client asked for. */
export interface AboutFields {
  readonly client_id?: string | undefined
  readonly page?: string | undefined
  /** As `log.subject` says. */
  readonly subject?: string | undefined
  /** The user's session at the OP, as 16 characters of its hash. */
  readonly session?: string | undefined
}

/** On every line with a verdict. */
export interface VerdictFields extends AboutFields {
  readonly mode: 'enforce' | 'monitor' | 'off'
  readonly leg: Leg
  /** File and line of the policy's section. */
  readonly policy_at: string | undefined
  /** The key of the YAML that decided, or that changes it. */
  readonly key: string | undefined
}

/** What Authsignal said, or why it said nothing. */
export type AuthsignalFields =
  | {
      readonly state: string
      readonly enrolled: boolean
      /** Whether there is an address at which the user can be challenged. */
      readonly challenge_url: boolean
      readonly rule_ids?: readonly string[] | undefined
      readonly idempotency_key: string
    }
  | {
      readonly error: {
        readonly kind: AuthsignalErrorKind
        readonly failure: FailureKind
        readonly operation: AuthsignalOperation
        readonly status?: number | undefined
        readonly error_code?: string | undefined
        readonly reason?: string | undefined
      }
      readonly idempotency_key: string
    }

/** The gateway decided about a sign-in or a page. */
export interface DecisionFields extends VerdictFields {
  readonly audit: 'decision'
  readonly verdict: 'release' | 'challenge' | 'deny'
  readonly reason: ReleaseReason | ChallengeReason | DenyReason
  /** What the client gets. */
  readonly error?: AuthorizationError | undefined
  readonly action: string
  /** The OP's. */
  readonly amr: readonly string[]
  readonly acr?: string | undefined
  readonly scope?: readonly string[] | undefined
  readonly acr_values?: string | undefined
  readonly prompt?: string | undefined
  /** Whether the authorization request was seen; absent for a page. */
  readonly request?: 'known' | 'unknown' | undefined
  readonly login_age_seconds?: number | undefined
  /** Of the latest step-up for the action. */
  readonly step_up_age_seconds?: number | undefined
  /** The step-ups for the action that are remembered of this browser and session. */
  readonly proofs: readonly { readonly method?: string | undefined; readonly age_seconds: number }[]
  readonly authsignal?: AuthsignalFields | undefined
  /** The same as on the line of the step-up's end. */
  readonly step_up?: string | undefined
  readonly probe_ms?: number | undefined
  readonly track_ms?: number | undefined
  readonly total_ms?: number | undefined
}

/** A challenge ended. */
export interface StepUpFields extends VerdictFields {
  readonly audit: 'step_up'
  readonly verdict: 'passed' | 'not_passed'
  readonly reason: 'passed' | 'cancelled' | 'failed' | 'method_not_allowed' | 'denied' | 'unavailable'
  readonly action: string
  readonly method?: string | undefined
  readonly detail?: string | undefined
  readonly step_up: string
  readonly idempotency_key: string
  /** From its opening to the return. */
  readonly challenge_seconds: number
  readonly validate_ms?: number | undefined
}

/** An authorization response went to its client. */
export interface ReleasedFields extends VerdictFields {
  readonly audit: 'released'
  readonly verdict: 'release'
  readonly reason: ReleaseReason | 'kept_response'
}

/** Why a response of the OP became an error, where no decision says it. */
export type ResponseReason =
  | 'unsupported_response_type'
  | 'unasked_response'
  | 'front_channel_of_another'
  | 'no_step_up'

/** Listed in docs/log.md. */
export type RefusedReason = RefusalCode | TokenErrorCode | ResponseReason

/** A request or a response of a protected client was refused, or would be where the mode is `monitor`. */
export interface RefusedFields extends VerdictFields {
  readonly audit: 'refused' | 'would_refuse'
  readonly verdict: 'refuse'
  readonly reason: RefusedReason
  /** What the client or the user gets. */
  readonly error: string
  readonly status?: number | undefined
  readonly detail?: string | undefined
  /** What was not allowed, as it was sent. */
  readonly value?: string | undefined
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly err?: unknown
}

/** The OP did not say who the user is. */
export interface UnknownUserFields extends VerdictFields {
  readonly audit: 'unknown_user'
  readonly verdict: 'deny' | 'forward'
  readonly reason: string
  readonly fix?: string | undefined
}

/** `monitor` failed, and nobody noticed but this line. */
export interface UnwatchedFields extends AboutFields {
  readonly audit: 'unwatched'
  readonly err: unknown
}

/** The OP refused a code that was released. */
export interface CodeRefusedFields extends AboutFields {
  readonly audit: 'code_refused'
  readonly age_seconds: number
  readonly fix?: string | undefined
}

/** Authsignal was asked to remember the device. */
export interface DeviceFields extends AboutFields {
  readonly audit: 'device'
  readonly remembered: boolean
  readonly err?: unknown
}

/** A user was signed in at the OP after a sign-in by passkey. */
export interface SignedInFields extends AboutFields {
  readonly audit: 'signed_in'
  readonly by: 'header' | 'jwt'
}

/** A user's passkeys have changed. */
export interface PasskeyFields extends AboutFields {
  readonly audit: 'passkey'
  readonly change: 'added' | 'removed'
}

/** A session at the OP has ended, and its step-ups with it. */
export interface SignedOutFields extends AboutFields {
  readonly audit: 'signed_out'
  readonly channel: 'front_channel' | 'back_channel'
}

/** An operator ended what a user had shown (`forget`). */
export interface ForgottenFields extends AboutFields {
  readonly audit: 'forgotten'
  /** Whether the gateway remembered anything of the user. */
  readonly remembered: boolean
  /** How many devices Authsignal knew of the user, which all count as new now; absent where that failed. */
  readonly devices?: number | undefined
  readonly err?: unknown
}

/** Something that no honest party does, or that only a misconfiguration explains. */
export interface SecurityFields extends AboutFields {
  readonly audit: 'security'
  readonly event: SecurityEvent
  /** Another user, who was signed in instead. */
  readonly signed_in?: string | undefined
  readonly redirect_uri?: string | undefined
  readonly named?: string | undefined
  readonly audience?: string | undefined
  readonly grant_type?: string | undefined
  readonly released_to?: string | undefined
  readonly objection?: string | undefined
  readonly revocation?: string | undefined
  readonly origin?: string | undefined
}

export type SecurityEvent =
  | 'challenge_host_refused'
  | 'client_id_of_another'
  | 'front_channel_of_another'
  | 'grant_of_another_client'
  | 'page_of_another'
  | 'passkey_jwt_from_a_browser'
  | 'passkey_of_another'
  | 'return_in_another_browser'
  | 'token_exchange_for_protected_client'
  | 'token_response_dropped'
  | 'unasked_response'
  | 'unlisted_redirect_uri'
  | 'unrecognised_client'
  | 'unreleased_grant'

/** What a line says beside the common fields. */
export type AuditFields =
  | DecisionFields
  | StepUpFields
  | ReleasedFields
  | RefusedFields
  | UnknownUserFields
  | UnwatchedFields
  | CodeRefusedFields
  | DeviceFields
  | SignedInFields
  | PasskeyFields
  | SignedOutFields
  | ForgottenFields
  | SecurityFields
