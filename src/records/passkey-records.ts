/** A sign-in by passkey that no release has used yet, of one user in one browser. */
export interface SignIn {
  readonly method: string
  readonly at: number
  /** The session at the OP that it began, once that is known. */
  readonly session?: string | undefined
  /** As in `Pass`. */
  readonly spentOn?: string | undefined
  readonly spentAt?: number | undefined
}

/** A passkey ceremony in progress: a sign-in, or a passkey that is added. Each state is one atomic step. */
export interface PasskeyCeremony {
  readonly browser: string
  readonly state: 'open' | 'used'
  readonly startedAt: number
  readonly purpose:
    | { readonly kind: 'sign_in'; readonly idempotencyKey: string }
    /** The token is Authsignal's, good for adding one authenticator of this user. */
    | { readonly kind: 'add'; readonly subject: string; readonly token: string }
}

/**
 * A user whose passkey was verified and who is being signed in at the OP: `entered` once the login page is known,
 * `used` once the OP has the JWT. Each state is one atomic step.
 */
export type PasskeyEntry = {
  readonly browser: string
  readonly subject: string
  /** As in `StepUp`. */
  readonly since: string
  readonly at: number
} & (
  | { readonly state: 'open' }
  /** The login page as an origin-form target. */
  | { readonly state: 'entered' | 'used'; readonly loginPage: string }
)
