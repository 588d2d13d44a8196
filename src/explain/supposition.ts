/** A sign-in, or a request for a page, that nobody has made: what a configuration would make of it is asked. */
export interface Supposition {
  readonly clientId?: string | undefined
  readonly page?: string | undefined
  readonly redirectUri?: string | undefined
  readonly responseType?: string | undefined
  readonly amr: readonly string[]
  readonly acr?: string | undefined
  readonly scope: readonly string[]
  readonly acrValues?: string | undefined
  readonly prompt?: string | undefined
  /** A step-up that was passed in this session. */
  readonly proof?: { readonly method: string; readonly ageMs: number } | undefined
  /** Authsignal's answer; absent: each that it could give. */
  readonly state?: string | undefined
  readonly isEnrolled?: boolean | undefined
}
