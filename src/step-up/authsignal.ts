import { Authsignal as AuthsignalSdk } from '@authsignal/node'
import type { Config } from '../config/schema.ts'
import { parseTracked, parseValidated, type Tracked, type Validated } from './authsignal-answers.ts'
import { AuthsignalError, type AuthsignalOperation } from './authsignal-error.ts'
import { exchange, guardHttpClient } from './authsignal-http.ts'

export type { Tracked, Validated } from './authsignal-answers.ts'
export { AuthsignalError } from './authsignal-error.ts'

/** A sign-in to be judged. What is absent is not sent. */
export interface TrackRequest {
  readonly userId: string
  readonly action: string
  /** Names the attempt; a repetition with the same key is the same attempt. */
  readonly idempotencyKey: string
  readonly redirectUrl: string
  readonly ipAddress?: string
  readonly userAgent?: string
  readonly deviceId?: string
  readonly locale?: string
  readonly username?: string
  readonly email?: string
  readonly phoneNumber?: string
  readonly custom: Readonly<Record<string, string | number | boolean>>
}

/** Authsignal's Server API, as far as the gateway needs it. */
export interface Authsignal {
  /** Asks for a verdict. @throws {AuthsignalError} */
  track(request: TrackRequest): Promise<Tracked>
  /** Asks what the token of a returning browser stands for. @throws {AuthsignalError} */
  validate(request: {
    readonly token: string
    readonly userId: string
    readonly action: string
  }): Promise<Validated>
}

const MAX_ID_LENGTH = 255

/**
 * Authsignal through its SDK. Each call takes `config.timeout` milliseconds at most, its one retry included, and
 * throws nothing but AuthsignalError.
 */
export function createAuthsignal(config: Config['authsignal']): Authsignal {
  guardHttpClient()
  const { apiSecretKey, timeout, challengeHosts } = config
  // The SDK's own retries repeat a POST after any failure without an answer, timeouts included.
  const sdk = new AuthsignalSdk({ apiSecretKey, apiUrl: config.apiUrl.replace(/\/+$/, ''), retries: 0 })

  return {
    async track({ userId, action, ...attributes }) {
      const path = { userId: toPathSegment('track', userId), action: toPathSegment('track', action) }
      const outcome = await exchange(() => sdk.track({ ...path, attributes }), timeout)
      return parseTracked(outcome, { idempotencyKey: attributes.idempotencyKey, challengeHosts })
    },

    async validate({ token, userId, action }) {
      toPathSegment('validate', userId)
      toPathSegment('validate', action)
      return parseValidated(await exchange(() => sdk.validateChallenge({ token, userId, action }), timeout))
    },
  }
}

/**
 * The SDK puts ids into the path as they are. Percent-encoding can't help `.` and `..`, which climb in any spelling.
 *
 * @returns the id, percent-encoded.
 * @throws {AuthsignalError} `refused`, before anything is sent.
 */
function toPathSegment(operation: AuthsignalOperation, id: string): string {
  const isUsable =
    id !== '' && id !== '.' && id !== '..' && id.length <= MAX_ID_LENGTH && !/\p{Surrogate}/u.test(id)
  if (!isUsable) throw new AuthsignalError('refused', operation, { reason: 'an id that can not be sent' })
  return encodeURIComponent(id)
}
