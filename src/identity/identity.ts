/** What the probe learned about the user who is signed in at the OP, from a validated ID token. */
export interface Identity {
  /** The claim that `provider.subject` names: Authsignal's userId, and what is compared everywhere. */
  readonly subject: string
  readonly sid?: string
  /** Epoch time in seconds, as the OP gave it. */
  readonly authTime?: number
  readonly acr?: string
  /** Authentication methods (RFC 8176); empty if the OP names none. */
  readonly amr: readonly string[]
  /** `preferred_username`; no other claim stands in for it. */
  readonly username?: string
  /** Absent if the OP says that it is not verified. */
  readonly email?: string
  readonly phoneNumber?: string
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * Reads claims without repairing them: a claim of another type than the standard's is absent.
 *
 * @param claims of a validated ID token.
 * @param subjectClaim `provider.subject`. Its value must be a string of 1 to 255 characters (OIDC Core 2).
 * @returns nothing if there is no such subject.
 */
export function readIdentity(
  claims: Readonly<Record<string, unknown>>,
  subjectClaim: string,
): Identity | undefined {
  const subject = readText(claims, subjectClaim)
  if (subject === undefined || subject.length > 255) return undefined
  const optional = {
    sid: readText(claims, 'sid'),
    authTime: readEpochSeconds(claims, 'auth_time'),
    acr: readText(claims, 'acr'),
    username: readText(claims, 'preferred_username'),
    email: claims['email_verified'] === false ? undefined : readText(claims, 'email'),
    phoneNumber: claims['phone_number_verified'] === false ? undefined : readText(claims, 'phone_number'),
  }
  return { subject, amr: readMethods(claims), claims, ...omitAbsent(optional) }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function omitAbsent<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
}

function readText(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readEpochSeconds(claims: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = claims[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function readMethods(claims: Readonly<Record<string, unknown>>): readonly string[] {
  const value = claims['amr']
  const methods: unknown[] = Array.isArray(value) ? value : [value]
  return methods.every((method) => typeof method === 'string') ? methods : []
}
