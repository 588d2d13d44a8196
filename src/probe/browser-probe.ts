import type { FastifyRequest } from 'fastify'
import { hashOf } from '../hash.ts'
import { overlayCookies, selectCookies, sessionCookiesOf } from '../http/cookies.ts'
import type { Delivery } from '../http/delivery.ts'
import type { ResponseContent } from '../oauth/authorization-response.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import type { BrowserQuestion, Records, WaitingForUser } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import { createAllowance } from '../store/allowance.ts'
import { sentFrom } from '../store/owners.ts'
import { type AskServices, mayProbe } from './ask-user.ts'
import { expectAnswer, readAnswer } from './authorization-answer.ts'
import { describeSession, rememberAnswer } from './browser-answers.ts'
import {
  composeQuestion,
  createSecrets,
  type ProbeServices,
  probeRedirectUri,
  redeemAnswer,
  unlessItFails,
} from './question.ts'

/*
 * The probe of an OP that tells the browser alone who its user is (`provider.probe.by: browser`), and the sign-in that
 * the passkey page offers to a browser without a session: what waits is written
 * down, the browser itself is sent to the OP with the question of the gateway's own client, and what comes back with it
 * is redeemed as for any probe.
 *
 * The browser is the attacker's: it may ask with one session and go on with another. So an answer counts for the request
 * for which it was asked, or for the session cookies with which the OP gave it; and a code is redeemed by a client only
 * with an ID token of the user for whom it was released.
 */

export interface BrowserProbeServices extends Omit<AskServices, 'upstream' | 'keys'> {
  readonly records: AskServices['records'] &
    Pick<Records, 'browserQuestions' | 'browserAnswers' | 'browserTrips'>
}

/** More often than this nobody is sent with the same question within a minute: its answer does not help. */
const maxTrips = 4
const tripWindowMs = 60_000

/**
 * Writes a question down.
 *
 * @param browser the id of the browser that will carry it.
 * @returns the URL to send the browser to; undefined where it was sent too often.
 */
export async function askThroughBrowser(
  services: BrowserProbeServices,
  request: FastifyRequest,
  browser: string,
  waits: WaitingForUser,
  mayShowPages = false,
): Promise<string | undefined> {
  const { config, records, now } = services
  const { address } = request.exchange.browser
  const owner = sentFrom(address)
  const trips = createAllowance(records.browserTrips, now, tripWindowMs)
  // guard: trips-in-circles
  if (!(await trips.take(hashOf(browser, nameOf(waits)), maxTrips, owner))) return undefined
  const session = selectCookies(request.headers.cookie, sessionCookiesOf(config.provider)) ?? browser
  // guard: questions-are-probes
  if (!(await mayProbe(services, session, address, 'page'))) return undefined
  const { state, nonce, codeVerifier } = createSecrets()
  const question = { browser, nonce, codeVerifier, waits, mayShowPages, askedAt: now(), isAnswered: false }
  await records.browserQuestions.set(state, question, owner)
  const prompt = mayShowPages ? 'omit' : config.provider.probe.prompt
  // Absolute: two slashes at the start of a path would name another host.
  return config.publicUrl + composeQuestion(services, { state, nonce, codeVerifier }, prompt)
}

/** Whether an authorization request is a question of the gateway's own, carried by the browser that was sent with it. */
export async function isOwnQuestion(
  { config, records }: Pick<BrowserProbeServices, 'config' | 'records'>,
  parameters: { get(name: string): string | undefined },
  browserIds: () => readonly string[],
): Promise<boolean> {
  const { probe } = config.provider
  if (parameters.get('client_id') !== probe.clientId) return false
  const isPlain =
    parameters.get('response_type') === 'code' &&
    parameters.get('redirect_uri') === probeRedirectUri(config) &&
    ['response_mode', 'request', 'request_uri'].every((name) => parameters.get(name) === undefined)
  const question = isPlain && (await records.browserQuestions.get(parameters.get('state') ?? ''))
  return question ? browserIds().includes(question.browser) : false
}

/**
 * The OP's answer to a question on its way to the browser: the session cookies with which it leaves are those of the
 * user whom its code names.
 *
 * @returns whether it is one.
 */
export async function seeAnswer(
  { config, records }: Pick<BrowserProbeServices, 'config' | 'records'>,
  { headers }: FastifyRequest,
  setCookies: readonly string[],
  response: ResponseContent & { readonly redirectUri: string },
): Promise<boolean> {
  if (response.redirectUri !== probeRedirectUri(config)) return false
  if ([...response.artefacts].some((artefact) => artefact !== 'code')) return false
  const { code, state = '' } = response
  const session = describeSession(
    overlayCookies(headers.cookie, setCookies, sessionCookiesOf(config.provider)),
  )
  const seen = await records.browserQuestions.update(state, (question) => ({
    ...question,
    seen: { code: hashOf(`${code}`), session },
  }))
  return seen !== undefined
}

/** How a question ended. */
export type Answered =
  | { readonly kind: 'answered'; readonly question: BrowserQuestion; readonly result: ProbeResult }
  /** The OP has to ask the user something first. */
  | { readonly kind: 'ask_user'; readonly url: string }
  /** The browser came with the same answer before. */
  | { readonly kind: 'repeated'; readonly outcome: Delivery }

/**
 * The browser brought an answer.
 *
 * @throws {Refusal} `expired`; `no_cookie` in another browser than the one that was sent; `used`.
 */
export async function takeAnswer(
  services: BrowserProbeServices & ProbeServices,
  request: FastifyRequest,
): Promise<Answered> {
  const { records } = services
  const { target, browser } = request.exchange
  const state = readState(target.query)
  const question = await records.browserQuestions.get(state)
  if (!question) throw new Refusal('expired', 'no such question to the provider')
  // guard: question-of-this-browser
  if (!browser.ids.includes(question.browser))
    throw new Refusal('no_cookie', 'another browser was sent to the provider')
  const mine = await records.browserQuestions.update(state, (current) =>
    /* guard: question-once */ current.isAnswered ? undefined : { ...current, isAnswered: true },
  )
  if (!mine) return repeat(question)
  const result = await readUser(services, { state, ...mine }, target.query)
  const { waits, mayShowPages } = mine
  if (!result.known && result.reason === 'consent_required' && !mayShowPages) {
    const url = await askThroughBrowser(services, request, mine.browser, waits, true)
    if (url !== undefined) return { kind: 'ask_user', url }
  }
  // A response that waited is judged at once; only where its request is repeated somebody asks again.
  if (waits.kind !== 'response') await rememberAnswer(services, mine, result, browser.address)
  return { kind: 'answered', question: mine, result }
}

/** What an answer led to, for a browser that comes once more. */
export async function settleQuestion(
  { records }: Pick<BrowserProbeServices, 'records'>,
  request: FastifyRequest,
  outcome: Delivery,
): Promise<void> {
  const state = readState(request.exchange.target.query)
  await records.browserQuestions.update(state, (question) => ({ ...question, outcome }))
}

async function readUser(
  services: BrowserProbeServices & ProbeServices,
  { state, nonce, codeVerifier, seen }: BrowserQuestion & { readonly state: string },
  query: string,
): Promise<ProbeResult> {
  const { config, provider } = services
  const redirectUri = probeRedirectUri(config)
  const deadline = AbortSignal.timeout(config.provider.probe.timeout)
  return unlessItFails(deadline, async () => {
    const answer = readAnswer(
      { statusCode: 303, location: `${redirectUri}?${query}` },
      expectAnswer(provider.metadata, redirectUri, state),
    )
    if (answer.fault !== undefined) return { known: false, reason: answer.fault, detail: answer.detail }
    // guard: code-of-the-session
    if (hashOf(`${answer.parameters.get('code')}`) !== seen?.code)
      return { known: false, reason: 'other_code', detail: 'the code is not the one that the provider sent' }
    return redeemAnswer(services, { state, nonce, codeVerifier }, answer.parameters)
  })
}

function repeat({ outcome }: BrowserQuestion): Answered {
  if (outcome === undefined) throw new Refusal('used', 'the question is answered')
  return { kind: 'repeated', outcome }
}

const readState = (query: string): string => new URLSearchParams(query).get('state') ?? ''

/** Where the same question would come from again. */
function nameOf(waits: WaitingForUser): string {
  switch (waits.kind) {
    case 'request':
    case 'page':
      return waits.target
    case 'response':
      return waits.inFlight ?? ''
  }
}
