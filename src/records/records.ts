import type { Delivery } from '../http/delivery.ts'
import { inFlightMs } from '../http/own-cookie.ts'
import type { Decision } from '../policy/decide.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import type { Count } from '../store/allowance.ts'
import { type Collection, createCollection } from '../store/collection.ts'
import type { Store } from '../store/store.ts'
import type { Epoch } from './epochs.ts'
import type { PasskeyCeremony, PasskeyEntry, SignIn } from './passkey-records.ts'

const minute = 60_000

/** How long a decision that was made before its response counts, in milliseconds. */
export const keptMs = 10 * minute

/** The window in which step-ups and probes are counted, in milliseconds. */
export const countWindowMs = 10 * minute

/** How long the browser's word for a session counts, in milliseconds. */
export const answerMs = 5 * minute

/** Who asks for what: all that a decision depends on, and all that is needed to ask again. */
export interface Case {
  readonly clientId: string
  /** The clients whose policies govern: others too where a listed redirect URI is shared. */
  readonly policyIds: readonly string[]
  /** Set where no client asks, but a page is asked for: the protected path, or that of our own page. */
  readonly page?: string | undefined
  /** Absent where the authorization request was not seen. */
  readonly scope?: readonly string[] | undefined
  readonly acrValues?: string | undefined
  readonly prompt?: string | undefined
  /** Languages that the client asks for (OIDC Core 3.1.2.1). */
  readonly uiLocales?: string | undefined
  readonly user: User
  /** The key of the in-flight request that this case came from, if it is known. */
  readonly inFlight?: string | undefined
}

/** What is kept of the identity that the probe learned. */
export interface User {
  /** Authsignal's userId and the claim that ID tokens are compared by. */
  readonly subject: string
  /** A hash of the OP session (sid, auth_time); undefined for an OP that gives neither. */
  readonly session?: string | undefined
  /** The names by which the OP would report that this session has ended. */
  readonly epochs: readonly string[]
  readonly amr: readonly string[]
  readonly acr?: string | undefined
  /** When the user signed in at the OP, in epoch seconds. */
  readonly authTime?: number | undefined
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly phoneNumber?: string | undefined
  readonly displayName?: string | undefined
  /** The language tag that the OP has for the user (BCP 47). */
  readonly locale?: string | undefined
  /** The claims of `provider.compare`, as the OP gave them. */
  readonly compare: Readonly<Record<string, unknown>>
  /** The same user in the session that the OP has just renewed: what was shown there counts here too. */
  readonly renews?: User | undefined
}

/** An authorization request of a protected client that may have to be repeated. */
export interface InFlightRequest {
  readonly clientId: string
  /** Origin-form target of the same request as GET; absent if it can't be repeated. */
  readonly target?: string | undefined
  /** When that target ends, for a pushed request and for one in a request object. */
  readonly targetUntil?: number | undefined
  /** The target of the same request by its parameters alone, for one that only refers to them or holds them signed. */
  readonly plainTarget?: string | undefined
  readonly scope: readonly string[]
  readonly responseType: string
  readonly acrValues?: string | undefined
  readonly prompt?: string | undefined
  readonly uiLocales?: string | undefined
  /** How old the login may be, in seconds (`max_age`; OIDC Core 3.1.2.1): none at all for `prompt=login`. */
  readonly maxAge?: number | undefined
  /** Hash of what it asks for, whatever its prompts and its `max_age`: what goes on with it has the same. */
  readonly asks: string
  /** In epoch milliseconds: of what goes on with an earlier request, that one's. */
  readonly startedAt: number
  /** How often the gateway itself sent the browser through it again. */
  readonly drives: number
  /** The client has its answer: it has asked for tokens. */
  readonly hasArrived?: boolean | undefined
  /** The target that the gateway just sent the browser to: a request for it is no new one. */
  readonly driving?: { readonly target: string; readonly until: number } | undefined
  /** A decision made before its response came; used once, for the same user and session only. */
  readonly kept?:
    | {
        readonly subject: string
        readonly session?: string | undefined
        readonly decision: Decision
        /** The epoch of its user (`epochOf.subject`) in which it was made, if there was one. */
        readonly since?: string | undefined
        readonly until: number
      }
    | undefined
}

/** Requests of one browser that their answers don't distinguish. */
export interface AlikeRequests {
  readonly ids: readonly string[]
  /** What the requests asked for that are no longer distinguished. */
  readonly further: readonly Ask[]
}

/** What a request asks for, as far as the rules see it. */
export type Ask = Pick<InFlightRequest, 'clientId' | 'scope' | 'acrValues'>

/** An authorization response that waits for a step-up. */
export interface HeldResponse {
  /** As the OP sent it. */
  readonly delivery: Delivery
  readonly code?: string | undefined
  readonly heldAt: number
  /** When its code is too old to be worth sending. */
  readonly goodUntil: number
}

/** A tab that waits for a step-up. */
export interface Waiting {
  readonly case: Case
  /** The OP has answered: its prompts are behind the user. */
  readonly isAnswered: boolean
  readonly held?: HeldResponse | undefined
  /** Set where a page was asked for: what follows, as nothing is repeated but the loading of a page. */
  readonly page?: PageToShow | undefined
}

/** A page that waits for a step-up, as origin-form targets. */
export interface PageToShow {
  /** Loaded again automatically; absent if something was sent, which is not repeated. */
  readonly target?: string | undefined
  /** The page from which that was sent, where the browser said so. */
  readonly sentFrom?: string | undefined
}

/** What the browser is sent to when a tab's wait is over. */
export type Outcome =
  | Delivery
  | { readonly kind: 'start_again' }
  | { readonly kind: 'page_verified'; readonly sentFrom?: string | undefined }
  | { readonly kind: 'offer_device' }
  /** It led on before: once more would end in an error of the application. */
  | { readonly kind: 'ended'; readonly page?: string | undefined }
  | { readonly kind: 'not_verified'; readonly reason: NotVerifiedReason }

/** Why a step-up did not succeed, as far as the person needs to know. */
export type NotVerifiedReason = 'cancelled' | 'failed' | 'method_not_allowed' | 'denied' | 'unavailable'

/**
 * One trip to Authsignal. Its states:
 *
 *     open ──▶ checking ──▶ offered ──▶ passed ──▶ passed (the next waiting tab)
 *      │           ├────────────────────▶ passed
 *      │           └──────▶ failed ──▶ retried
 *      └──▶ burnt   the right nonce came from another browser
 *
 * `offered` waits for an answer to "shall this device be remembered?".
 *
 * Every arrow is one atomic step of the record.
 */
export interface StepUp {
  readonly state: 'open' | 'checking' | 'offered' | 'passed' | 'failed' | 'retried' | 'burnt'
  readonly case: Case
  readonly action: string
  readonly idempotencyKey: string
  readonly challengeUrl: string
  readonly nonceHash: string
  /** Hash of the cookie of the browser that it is bound to; absent until the challenge page is seen. */
  readonly browser?: string | undefined
  readonly openedAt: number
  /** The span of the request that opened it, as a `traceparent`. */
  readonly trace?: string | undefined
  /** The epoch of its user (`epochOf.subject`) in which it was opened, and in which its result counts. */
  readonly since: string
  /** In what counts it is. */
  readonly counters: Counters
  readonly waiting: readonly Waiting[]
  /** What the last return got, and gets again within a minute. */
  readonly outcome?: Outcome | undefined
  /** The key of the request of the tab that got it. */
  readonly served?: string | undefined
  readonly finishedAt?: number | undefined
  readonly method?: string | undefined
  /** The verification methods that count, where the user could choose one that does not. */
  readonly acceptedMethods?: readonly string[] | undefined
  /** Until when the enrolment may be skipped, in epoch milliseconds. */
  readonly skippableUntil?: number | undefined
  /** It was skipped: nothing was verified. */
  readonly isSkipped?: boolean | undefined
  /** The user may have the device remembered when it is passed. */
  readonly offersDevice?: boolean | undefined
}

/** The keys of the counts of opened step-ups: by user or browser, and by address where a stranger asks. */
export interface Counters {
  readonly user: string
  readonly address?: string | undefined
}

/** A step-up that succeeded and waits to be spent by a release. */
export interface Pass {
  readonly action: string
  /** As in `User`: the one in which it was earned. */
  readonly session: string | undefined
  /** The request that it was earned for: it serves that also once the OP has renewed the session. */
  readonly inFlight: string | undefined
  /** The user has to start anew, with a request that asks for a login: it serves the session that this begins too. */
  readonly outlivesLogin: boolean
  readonly scope?: readonly string[] | undefined
  readonly method?: string | undefined
  /** An enrolment was skipped: nothing was verified. */
  readonly isSkipped?: boolean | undefined
  readonly passedAt: number
  readonly expiresAt: number
  /** The in-flight request that spent it, which may come once more within a minute (a reload). */
  readonly spentOn?: string | undefined
  readonly spentAt?: number | undefined
}

/** A step-up that was passed. */
export interface Proof {
  readonly action: string
  readonly method?: string | undefined
  readonly at: number
}

/** The step-ups of one browser in one OP session, the latest of each action and method. */
export interface Proofs {
  readonly stepUps: readonly Proof[]
}

/** A code that may be redeemed. */
export interface ReleasedCode {
  readonly clientId: string
  readonly policyIds: readonly string[]
  readonly subject: string
  readonly compare: Readonly<Record<string, unknown>>
  /** The same before the session was renewed: the code may be of either. */
  readonly renews?: Readonly<Record<string, unknown>> | undefined
  /** Set where the release rested on the OP's amr: one of these must be in the ID token too. */
  readonly amr?: readonly string[] | undefined
  /** The key of the request that it answers, if that is known. */
  readonly inFlight?: string | undefined
  /** When the OP gave it: before its release, if it was kept during a step-up. */
  readonly issuedAt: number
  readonly releasedAt: number
}

/** A request of a client that is not off, kept at the OP: it was pushed (RFC 9126), or the OP itself keeps it. */
export interface PushedRequest {
  /** Its parameters, without the client's credentials. */
  readonly query: string
  readonly expiresAt: number
  /** The key of the request in flight for which the OP itself has made it. */
  readonly inFlight?: string | undefined
}

/** A question to the OP that the browser itself carries there (`provider.probe.by: browser`). */
export interface BrowserQuestion {
  /** The id of the browser that was sent with it. */
  readonly browser: string
  readonly nonce: string
  readonly codeVerifier: string
  readonly askedAt: number
  /** The OP may show the user a page, such as that of the consent to the gateway's own client. */
  readonly mayShowPages: boolean
  /** What goes on when it is answered. */
  readonly waits: WaitingForUser
  /** The browser came back. */
  readonly isAnswered: boolean
  /** The OP's answer as it left: hashes of its code, and of the session cookies that the browser had by then. */
  readonly seen?: { readonly code: string; readonly session?: string | undefined } | undefined
  /** What the answer led to, for the same return once more. */
  readonly outcome?: Delivery | undefined
}

/** An answer to such a question. */
export interface BrowserAnswer {
  readonly result: ProbeResult
  readonly at: number
  /** It counts once. */
  readonly isOnce: boolean
  readonly isSpent: boolean
}

/** What waits until it is known who the user is. */
export type WaitingForUser =
  /** An authorization request, as an origin-form target. */
  | { readonly kind: 'request'; readonly target: string }
  /** A page, as an origin-form target. */
  | { readonly kind: 'page'; readonly target: string }
  | WaitingResponse

/** An authorization response of the OP. */
export interface WaitingResponse {
  readonly kind: 'response'
  readonly policyIds: readonly string[]
  /** Absent where the request is not known. */
  readonly request?: InFlightRequest | undefined
  readonly inFlight?: string | undefined
  /** Absent where it can't be sent once more: its request is repeated. */
  readonly held?: HeldResponse | undefined
}

export interface Records {
  /** By request URI. */
  readonly pushedRequests: Collection<PushedRequest>
  /** By browser, where the answer goes, and target. */
  readonly inFlight: Collection<InFlightRequest>
  /** Which of those are alike, by browser and where the answer goes; the latest last. */
  readonly inFlightIds: Collection<AlikeRequests>
  /** What clients that are not protected asked for in the front channel, by where the answer goes. */
  readonly frontChannelRequests: Collection<{ readonly responseTypes: readonly string[] }>
  readonly stepUps: Collection<StepUp>
  /** From a need to the step-up that is open for it. */
  readonly openNeeds: Collection<{ readonly stepUpId: string }>
  readonly passes: Collection<Pass>
  readonly proofs: Collection<Proofs>
  readonly signIns: Collection<SignIn>
  /** By Authsignal's id of the challenge. */
  readonly ceremonies: Collection<PasskeyCeremony>
  readonly entries: Collection<PasskeyEntry>
  /** By user: whether a passkey is being removed. */
  readonly removals: Collection<{ readonly isBusy: boolean }>
  readonly epochs: Collection<Epoch>
  readonly codes: Collection<ReleasedCode>
  /** By the refresh tokens that came from them. */
  readonly refreshTokens: Collection<ReleasedCode>
  /** What `enforce` would have on record of a watched client; nothing that is refused or passes goes by them. */
  readonly watchedCodes: Collection<ReleasedCode>
  readonly watchedRefreshTokens: Collection<ReleasedCode>
  /** By state. */
  readonly browserQuestions: Collection<BrowserQuestion>
  /** By browser, and by the request or session that they are of. */
  readonly browserAnswers: Collection<BrowserAnswer>
  /** How often a browser was sent with the same question within a time. */
  readonly browserTrips: Collection<Count>
  /** The last denial where no challenge could be shown, by session and what was asked for: Authsignal is asked once a minute at most. */
  readonly silentDenials: Collection<Decision>
  /** Step-ups opened since a time, by user and client, or by browser where the user has passed in it. */
  readonly attempts: Collection<Count>
  /** The same by address. What is counted by user or session never pushes that out. */
  readonly addressAttempts: Collection<Count>
  /** Probes made since a time, by session. */
  readonly sessionProbes: Collection<Count>
  /** The same by address, and what else of an address is counted. */
  readonly addressProbes: Collection<Count>
  /** By user and browser: there the user has passed a step-up. */
  readonly knownBrowsers: Collection<{ readonly at: number }>
  /** By user, client and session: there something was released. */
  readonly knownSessions: Collection<{ readonly at: number }>
}

/** @param times in milliseconds, from the configuration. */
export function createRecords(store: Store, times: { timeout: number; session: number }): Records {
  return {
    pushedRequests: createCollection(store, 'pushed', inFlightMs),
    inFlight: createCollection(store, 'in-flight', inFlightMs),
    inFlightIds: createCollection(store, 'in-flight-ids', inFlightMs),
    frontChannelRequests: createCollection(store, 'front-channel', inFlightMs),
    stepUps: createCollection(store, 'step-up', times.timeout + minute),
    openNeeds: createCollection(store, 'need', times.timeout),
    passes: createCollection(store, 'pass', 11 * minute),
    proofs: createCollection(store, 'proof', times.session),
    signIns: createCollection(store, 'sign-in', 5 * minute),
    ceremonies: createCollection(store, 'ceremony', 15 * minute),
    entries: createCollection(store, 'entry', minute),
    removals: createCollection(store, 'removal', minute),
    // As long as any proof or pass whose key contains one.
    epochs: createCollection(store, 'epoch', Math.max(times.session, 11 * minute)),
    codes: createCollection(store, 'code', 10 * minute),
    refreshTokens: createCollection(store, 'refresh', 30 * 24 * 60 * minute),
    watchedCodes: createCollection(store, 'watched-code', 10 * minute),
    watchedRefreshTokens: createCollection(store, 'watched-refresh', 30 * 24 * 60 * minute),
    browserQuestions: createCollection(store, 'question', 10 * minute),
    browserAnswers: createCollection(store, 'answer', answerMs),
    browserTrips: createCollection(store, 'trip', minute),
    silentDenials: createCollection(store, 'silent', minute),
    attempts: createCollection(store, 'attempts', countWindowMs),
    addressAttempts: createCollection(store, 'address-attempts', countWindowMs),
    sessionProbes: createCollection(store, 'session-probes', countWindowMs),
    addressProbes: createCollection(store, 'address-probes', countWindowMs),
    knownBrowsers: createCollection(store, 'known-browser', 30 * 24 * 60 * minute),
    knownSessions: createCollection(store, 'known-session', times.session),
  }
}
