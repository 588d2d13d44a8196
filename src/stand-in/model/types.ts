/** The states of an action, as they travel on the wire. */
export const actionStates = [
  'ALLOW',
  'BLOCK',
  'CHALLENGE_REQUIRED',
  'CHALLENGE_SUCCEEDED',
  'CHALLENGE_FAILED',
  'REVIEW_REQUIRED',
  'REVIEW_SUCCEEDED',
  'REVIEW_FAILED',
] as const

export type ActionState = (typeof actionStates)[number]

/** What a rule, or an action's default, decides. */
export type Outcome = 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK'

/** An open set, like the service's own: `AUTHENTICATOR_APP`, `PASSKEY`, `SMS`, `EMAIL_OTP`, … */
export type VerificationMethod = string

/** A custom data point's value; lists of strings are multiselect data points. */
export type CustomValue = string | number | boolean | string[]
export type CustomData = Record<string, CustomValue>

/** A rule: without `actionCode` it holds for every action, without `conditions` it always matches. */
export type Rule = {
  readonly ruleId: string
  readonly name: string
  readonly description?: string | undefined
  readonly isActive: boolean
  /** 0 to 99, 0 first; unique within an action. */
  readonly priority: number
  readonly type: Outcome
  /** JsonLogic. */
  readonly conditions?: Readonly<Record<string, unknown>> | undefined
  readonly actionCode?: string | undefined
  readonly verificationMethods?: readonly VerificationMethod[] | undefined
  readonly defaultVerificationMethod?: VerificationMethod | undefined
}

export type ActionConfiguration = {
  readonly defaultUserActionResult: Outcome
  readonly verificationMethods?: readonly VerificationMethod[] | undefined
  readonly defaultVerificationMethod?: VerificationMethod | undefined
}

export type Authenticator = {
  readonly userAuthenticatorId: string
  readonly verificationMethod: VerificationMethod
  readonly createdAt: number
  lastVerifiedAt?: number | undefined
  readonly email?: string | undefined
  readonly phoneNumber?: string | undefined
  readonly username?: string | undefined
  readonly displayName?: string | undefined
  /** PASSKEY has one. */
  readonly credential?: StoredCredential | undefined
  /** Base32; AUTHENTICATOR_APP has one. */
  readonly secret?: string | undefined
  /** The time step of the last code that was accepted: it and the ones before are used up. */
  lastStep?: number | undefined
}

export type AuthenticatorApp = Authenticator & { readonly secret: string }

export type Device = {
  readonly deviceId: string
  readonly createdAt: number
  authenticatedAt?: number | undefined
  invalidatedAt?: number | undefined
  rememberedUntil?: number | undefined
  lastVerificationMethod?: VerificationMethod | undefined
}

/** What PATCH may change of a user. */
export type UserAttributes = {
  email?: string | undefined
  emailVerified?: boolean | undefined
  phoneNumber?: string | undefined
  phoneNumberVerified?: boolean | undefined
  username?: string | undefined
  displayName?: string | undefined
  locale?: string | undefined
  custom?: CustomData | undefined
}

export type User = {
  readonly userId: string
  attributes: UserAttributes
  authenticators: Authenticator[]
  readonly devices: Map<string, Device>
  hasPreviouslyVerified: boolean
  /** What the enrolment page offers, kept so that a reload shows the same secret. */
  pendingApp?: AuthenticatorApp | undefined
  /** How the user's passkeys name the user: base64url, nothing that says who it is. */
  passkeyHandle?: string | undefined
}

export type Action = {
  readonly userId: string
  readonly actionCode: string
  readonly idempotencyKey: string
  readonly createdAt: number
  state: ActionState
  stateUpdatedAt: number
  /** Whether the user was enrolled when the action was tracked. */
  isEnrolled: boolean
  /** The matching rules in the order of their priority; the first one decided. */
  rules: readonly Rule[]
  /** The methods to which a rule or the action narrows the choice; absent: no limit. */
  methods?: readonly VerificationMethod[] | undefined
  defaultMethod?: VerificationMethod | undefined
  verificationMethod?: VerificationMethod | undefined
  /** The data points that the rules saw. */
  custom?: CustomData | undefined
  redirectUrl?: string | undefined
  deviceId?: string | undefined
  emailCode?: EmailCode | undefined
  wrongCodes: number
}

/** A code that was mailed for an action: six digits, once, for a time. */
export type EmailCode = {
  readonly address: string
  readonly code: string
  readonly expiresAt: number
}

/** What a browser tells of itself in `User-Agent`, as far as it is shown next to a passkey. */
export type ParsedUserAgent = {
  readonly ua: string
  readonly browser?: { readonly name: string; readonly version: string; readonly major: string }
  readonly os?: { readonly name: string; readonly version: string }
}

/** What is kept of a WebAuthn credential; the API shows it without key and counter. */
export type StoredCredential = {
  readonly credentialId: string
  readonly deviceId: string
  readonly name: string
  readonly aaguid: string
  credentialBackedUp: boolean
  readonly credentialDeviceType: 'singleDevice' | 'multiDevice'
  readonly authenticatorAttachment?: string | undefined
  readonly parsedUserAgent?: ParsedUserAgent | undefined
  /** COSE. */
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly transports: string[]
  counter: number
}

/** A mail that was sent, kept for anyone who looks at `/mails`. */
export type Mail = {
  readonly userId: string
  readonly to: string
  readonly code: string
  readonly sentAt: number
}
