import * as z from 'zod'
import type { CallOutcome } from './authsignal-http.ts'
import { optionalString, parseAnswer } from './authsignal-parse.ts'

/** A passkey of a user, as it is shown to that user. */
export interface Passkey {
  readonly id: string
  /** What Authsignal called it: browser and system where it was added. */
  readonly name: string | undefined
  /** The device or password manager that keeps it, as Authsignal reads it from the AAGUID (WebAuthn 6.5.1). */
  readonly authenticator: string | undefined
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
}

/** A user's authenticators, of which the gateway shows the passkeys. */
export interface Authenticators {
  readonly passkeys: readonly Passkey[]
  /** How many there are of all kinds. */
  readonly count: number
}

const time = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value))
const authenticator = z.object({
  userAuthenticatorId: z.string().min(1),
  verificationMethod: z.string(),
  createdAt: time,
  lastVerifiedAt: time.nullish(),
  webauthnCredential: z
    .object({ name: optionalString, aaguidMapping: z.object({ name: optionalString }).nullish() })
    .nullish(),
})

/** @throws {AuthsignalError} */
export function parseAuthenticators(outcome: CallOutcome): Authenticators {
  const all = parseAnswer('authenticators', z.array(authenticator), outcome)
  const passkeys = all
    .filter(({ verificationMethod }) => verificationMethod === 'PASSKEY')
    .map(({ userAuthenticatorId: id, createdAt, lastVerifiedAt, webauthnCredential }) => ({
      id,
      name: webauthnCredential?.name,
      authenticator: webauthnCredential?.aaguidMapping?.name,
      createdAt,
      // To be added it was verified too.
      lastUsedAt: lastVerifiedAt && lastVerifiedAt > createdAt ? lastVerifiedAt : undefined,
    }))
  return { passkeys, count: all.length }
}

const user = z.object({ username: optionalString })

/** The name that Authsignal has of a user. @throws {AuthsignalError} */
export const parseUsername = (outcome: CallOutcome): string | undefined =>
  parseAnswer('user', user, outcome).username
