import * as z from 'zod'
import type { CallOutcome } from './authsignal-http.ts'
import { optionalString, parseAnswer, unreadable } from './authsignal-parse.ts'
import { readChallengeUrl } from './challenge-url.ts'

/** Authsignal's verdict on an action. `isEnrolled` false makes ALLOW mean "can't be challenged". */
export interface Tracked {
  readonly state: 'ALLOW' | 'BLOCK' | 'CHALLENGE_REQUIRED' | 'REVIEW_REQUIRED' | 'unknown'
  readonly isEnrolled: boolean
  /** Where to challenge, whatever the state; undefined if it is absent or its host is not allowed. */
  readonly url: string | undefined
  /** The verification methods between which the user can choose; undefined if the answer does not say. */
  readonly offered?: readonly string[] | undefined
  /** The rules that matched. */
  readonly ruleIds?: readonly string[] | undefined
  /** The origin of an address that was not allowed, for the log. */
  readonly refusedOrigin?: string | undefined
}

/** Authsignal's answer where a user wants to add an authenticator. */
export interface EnrolmentTracked {
  readonly state: Tracked['state']
  /** With it Authsignal's client API adds an authenticator; a secret that stays with the gateway. */
  readonly token: string
}

/** What a token stands for. Proves nothing by itself: the caller compares every field with its step-up. */
export interface Validated {
  readonly isValid: boolean
  readonly state: string | undefined
  readonly userId: string | undefined
  readonly action: string | undefined
  readonly idempotencyKey: string | undefined
  readonly verificationMethod?: string | undefined
  /** ISO 8601, as it came. */
  readonly stateUpdatedAt?: string | undefined
}

const textList = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? undefined)

/** For the log alone: what is no list of UUIDs is as if it were not there. */
const ruleIds = z.array(z.uuid()).max(32).optional().catch(undefined)

const trackAnswer = z.object({
  state: z.string(),
  isEnrolled: z.boolean(),
  url: optionalString,
  idempotencyKey: z.string(),
  token: optionalString,
  enrolledVerificationMethods: textList,
  allowedVerificationMethods: textList,
  ruleIds,
})

type TrackAnswer = z.output<typeof trackAnswer>

const validateAnswer = z.object({
  isValid: z.boolean(),
  state: optionalString,
  userId: optionalString,
  action: optionalString,
  actionCode: optionalString,
  idempotencyKey: optionalString,
  verificationMethod: optionalString,
  stateUpdatedAt: optionalString,
  error: optionalString,
})

const trackState = z.enum(['ALLOW', 'BLOCK', 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED'])

/**
 * Reads the answer to track.
 *
 * @throws {AuthsignalError} also if the answer is for another idempotency key than the one that was sent.
 */
export function parseTracked(
  outcome: CallOutcome,
  sent: { idempotencyKey: string; challengeHosts: readonly string[] },
): Tracked {
  const answer = readTrackAnswer(outcome, sent)
  const url = answer.url && readChallengeUrl(answer.url, sent.challengeHosts)
  return {
    state: readState(answer),
    isEnrolled: answer.isEnrolled,
    url: url || undefined,
    offered: listOffered(answer),
    ruleIds: answer.ruleIds,
    refusedOrigin: answer.url && !url ? originOf(answer.url) : undefined,
  }
}

/** The same, where a token is wanted. @throws {AuthsignalError} also if there is none. */
export function parseEnrolment(outcome: CallOutcome, sent: { idempotencyKey: string }): EnrolmentTracked {
  const answer = readTrackAnswer(outcome, sent)
  const { token } = answer
  if (token === undefined || token === '') throw unreadable('track', 'there is no token')
  return { state: readState(answer), token }
}

function readTrackAnswer(outcome: CallOutcome, sent: { idempotencyKey: string }): TrackAnswer {
  const answer = parseAnswer('track', trackAnswer, outcome)
  // guard: verdict-key
  if (answer.idempotencyKey === sent.idempotencyKey) return answer
  throw unreadable('track', 'idempotencyKey is not the one that was sent')
}

const readState = ({ state }: TrackAnswer): Tracked['state'] => trackState.safeParse(state).data ?? 'unknown'

/**
 * Reads the answer to validate. The action comes as `action`, `actionCode` or both.
 *
 * @throws {AuthsignalError} also if the answer contradicts itself.
 */
export function parseValidated(outcome: CallOutcome): Validated {
  const { actionCode, action = actionCode, error, ...rest } = parseAnswer('validate', validateAnswer, outcome)
  // guard: two-actions
  if (actionCode !== undefined && actionCode !== action) {
    throw unreadable('validate', 'action and actionCode differ')
  }
  // guard: valid-with-error
  if (rest.isValid && error !== undefined) throw unreadable('validate', 'isValid with an error')
  return { ...rest, action }
}

/** Of the enrolled methods those that the rules allow; a user without any enrols one of these. */
function listOffered({
  isEnrolled,
  enrolledVerificationMethods: enrolled,
  allowedVerificationMethods: allowed,
}: TrackAnswer): readonly string[] | undefined {
  if (!isEnrolled) return allowed
  return enrolled?.filter((method) => allowed?.includes(method) ?? true)
}

/** `null` for an address that has none. */
const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : 'null')
