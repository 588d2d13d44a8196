import { readAmr } from './amr.ts'

/** What the probe learned about the user who is signed in at the OP, from a validated ID token. */
export interface Identity {
  /** The claim that `provider.subject` names: Authsignal's userId, and what is compared everywhere. */
  readonly subject: string
  readonly sid?: string | undefined
  /** Epoch time in seconds, as the OP gave it. */
  readonly authTime?: number | undefined
  readonly acr?: string | undefined
  /** Authentication methods (RFC 8176); empty if the OP names none. */
  readonly amr: readonly string[]
  /** `preferred_username`; no other claim stands in for it. */
  readonly username?: string | undefined
  /** Absent if the OP says that it is not verified. */
  readonly email?: string | undefined
  readonly phoneNumber?: string | undefined
  /** `name`. */
  readonly displayName?: string | undefined
  /** A language tag (BCP 47). */
  readonly locale?: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * Reads claims without repairing them: a claim of another type than the standard's is absent.
 *
 * @param claims of a validated ID token.
 * @param subjectClaim `provider.subject`. Its value must be a string of 1 to 255 characters (OIDC Core 2).
 * @param userinfo claims of the userinfo endpoint: they describe the user where the ID token does not, and never say
 *   who it is or how the user signed in.
 * @returns nothing if there is no such subject.
 */
export function readIdentity(
  claims: Readonly<Record<string, unknown>>,
  subjectClaim: string,
  userinfo: Readonly<Record<string, unknown>> = {},
): Identity | undefined {
  const subject = readText(claims, subjectClaim)
  if (subject === undefined || subject.length > 255) return undefined
  const described = { ...userinfo, ...claims }
  return {
    subject,
    sid: readText(claims, 'sid'),
    authTime: readEpochSeconds(claims, 'auth_time'),
    acr: readText(claims, 'acr'),
    amr: readAmr(claims['amr']),
    username: readText(described, 'preferred_username'),
    email: isDenied(described['email_verified']) ? undefined : readText(described, 'email'),
    phoneNumber: isDenied(described['phone_number_verified'])
      ? undefined
      : readText(described, 'phone_number'),
    displayName: readText(described, 'name'),
    locale: readLocale(described),
    claims,
  }
}

function readText(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Some OPs write booleans as text. */
const isDenied = (verified: unknown): boolean => verified === false || verified === 'false'

/** Some OPs write `de_DE` (OIDC Core 5.1). */
function readLocale(claims: Readonly<Record<string, unknown>>): string | undefined {
  const locale = readText(claims, 'locale')?.replaceAll('_', '-')
  return locale !== undefined && /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/i.test(locale) ? locale : undefined
}

/** Some OPs write 0 for a time that they don't know. */
function readEpochSeconds(claims: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = claims[name]
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined
}
