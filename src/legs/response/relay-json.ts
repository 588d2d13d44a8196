import { check } from '../../forecast.ts'
import { findRedirectInJson, type JsonRedirect } from '../../oauth/page/json-redirect.ts'
import { Refusal } from '../../refusal.ts'
import { waiting } from '../../telemetry/request-context.ts'
import { type PeekedBody, peekBody } from '../../upstream/peek-body.ts'
import { decodeBody } from '../../upstream/read-response.ts'
import { contentCodingOf, dropAnswer, sendPeeked } from '../../upstream/send-answer.ts'
import type { OpResponse } from '../learned.ts'
import { judgeAnswer, type RelayServices, urlOf } from './judge-answer.ts'

/** A longer answer is refused where somebody is protected. */
const maxJsonBytes = 512 * 1024

/** The JSON answer of a sign-in by script, at a path that the configuration names: it may hold the redirect. */
export async function relayJson(services: RelayServices, answer: OpResponse): Promise<void> {
  const { body, found } = await readJson(services, answer)
  await check(services, answer.request, ({ policies }) => {
    if ((found === 'unread' || found === 'ambiguous') && policies.enforced.length > 0) throw unreadable()
  })
  return relayFound(services, answer, body, found)
}

/** What is no page at an authorization endpoint, such as the JSON of one that goes by the request's Accept. */
export async function relayText(services: RelayServices, answer: OpResponse): Promise<void> {
  const { body, text, found } = await readJson(services, answer)
  await check(services, answer.request, ({ policies }) => {
    if (!policies.areTokensInFrontChannel) return
    if (found === 'unread') throw unreadable()
    // guard: tokens-in-no-page
    if (typeof found !== 'object' && mayHoldTokens(text))
      throw new Refusal('upstream_unreadable', 'tokens in what is no authorization response')
  })
  return relayFound(services, answer, body, found)
}

async function relayFound(
  services: RelayServices,
  answer: OpResponse,
  body: PeekedBody,
  found: FoundInJson,
): Promise<void> {
  if (typeof found !== 'object') return sendPeeked(answer.reply, body)
  const { response, location, replaceWith } = found
  const judged = await judgeAnswer(services, answer, response, location, true)
  switch (judged.kind) {
    case 'relay':
      return sendPeeked(answer.reply, body)
    case 'detour':
      return sendJson(answer, replaceWith(new URL(judged.to, services.config.publicUrl).href))
    case 'error':
      return sendJson(answer, replaceWith(response.toErrorLocation(judged.error, judged.description)))
  }
}

/** Tokens by their name, as JSON, a form or a script would have it, or by the look of a JWT. */
function mayHoldTokens(text: string): boolean {
  const plain = text
    .replaceAll('\0', '')
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /(?:id|access)_token["']?\s*[:=]|\bey[\w-]{8,}\.[\w-]{2,}\./i.test(plain)
}

const unreadable = (): Refusal => new Refusal('upstream_unreadable', 'a sign-in answer that can not be read')

/** The redirect in an answer; or none, or more than one, or the answer is too long or in a coding that can't be read. */
type FoundInJson = JsonRedirect | undefined | 'ambiguous' | 'unread'

async function readJson(
  services: RelayServices,
  { request, reply, body }: OpResponse,
): Promise<{ body: PeekedBody; text: string; found: FoundInJson }> {
  const peeked = await waiting(() => peekBody(body, maxJsonBytes))
  const coding = contentCodingOf(reply)
  const plain = peeked.complete ? await decodeBody(peeked.bytes, coding) : undefined
  if (plain === undefined) return { body: peeked, text: '', found: 'unread' }
  const text = plain.toString('utf8')
  return { body: peeked, text, found: await findRedirectInJson(text, urlOf(services, request)) }
}

function sendJson({ reply, statusCode }: OpResponse, json: string): void {
  dropAnswer(reply).code(statusCode).header('content-type', 'application/json').send(json)
}
