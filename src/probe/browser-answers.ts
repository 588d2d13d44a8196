import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { hashOf } from '../hash.ts'
import { selectCookies, sessionCookiesOf } from '../http/cookies.ts'
import { isYounger } from '../policy/age.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import { answerMs, type BrowserQuestion, type Records, type WaitingForUser } from '../records/records.ts'
import { ownedBy, sentFrom } from '../store/owners.ts'

interface AnswerServices {
  readonly config: Config
  readonly records: Pick<Records, 'browserAnswers'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** For what an answer counts that the browser brought. */
export type About =
  /** An authorization request, by its origin-form target, in the session in which it comes. */
  | { readonly kind: 'request'; readonly target: string }
  /** Whatever comes in the same session. */
  | { readonly kind: 'session' }
  /** The response to a request in flight, in whatever session. */
  | { readonly kind: 'response'; readonly inFlight?: string | undefined }

/** @param address of the client. */
export async function rememberAnswer(
  { records, now }: Omit<AnswerServices, 'config'>,
  { browser, seen, waits }: BrowserQuestion,
  result: ProbeResult,
  address: string,
): Promise<void> {
  const about = aboutOf(waits)
  // Who it is may change in the session; that nobody is signed in will.
  const isOnce = about.kind !== 'session' || !result.known
  const answer = { result, at: now(), isOnce, isSpent: false }
  const owner = result.known ? ownedBy(result.identity.subject) : sentFrom(address)
  await records.browserAnswers.set(keyOf(browser, seen?.session, about), answer, owner)
}

/** What this browser brought a moment ago. */
export async function recallAnswer(
  { config, records, now }: AnswerServices,
  { headers, exchange }: FastifyRequest,
  about: About,
): Promise<ProbeResult | undefined> {
  const session = describeSession(selectCookies(headers.cookie, sessionCookiesOf(config.provider)))
  // Without a session the OP knows nobody in this browser. Once it has answered, it may have looked elsewhere.
  if (session === undefined && about.kind !== 'response') return { known: false, reason: 'no_cookie' }
  for (const browser of exchange.browser.ids) {
    const found = await records.browserAnswers.update(keyOf(browser, session, about), (answer) =>
      /* guard: answer-once */ answer.isSpent || !isYounger(answer.at, answerMs, now())
        ? undefined
        : { ...answer, isSpent: answer.isOnce },
    )
    if (found) return found.result
  }
  return undefined
}

/** @param cookies of the session, as a header. */
export const describeSession = (cookies: string | undefined): string | undefined =>
  cookies === undefined ? undefined : hashOf(cookies)

function aboutOf(waits: WaitingForUser): About {
  return waits.kind === 'page' ? { kind: 'session' } : waits
}

function keyOf(browser: string, session: string | undefined, about: About): string {
  switch (about.kind) {
    case 'request':
      return hashOf(browser, /* guard: request-in-its-session */ session, about.target)
    case 'session':
      return hashOf(browser, /* guard: answer-of-its-session */ session)
    case 'response':
      return hashOf('response', browser, about.inFlight)
  }
}
