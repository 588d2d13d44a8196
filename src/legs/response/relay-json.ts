import { findRedirectInJson, type JsonRedirect } from '../../oauth/page/json-redirect.ts'
import { Refusal } from '../../refusal.ts'
import { peekBody } from '../../upstream/peek-body.ts'
import { contentCodingOf, dropAnswer, sendBytes } from '../../upstream/proxy.ts'
import { decodeBody } from '../../upstream/read-response.ts'
import type { OpResponse } from '../learned.ts'
import { judgeAnswer, type RelayServices, urlOf } from './judge-answer.ts'

/** A longer answer is refused. */
const maxJsonBytes = 512 * 1024

/** The JSON answer of a sign-in by script, at a path that the configuration names: it may hold the redirect. */
export async function relayJson(services: RelayServices, answer: OpResponse): Promise<void> {
  const { reply } = answer
  const { bytes, text } = await readJson(answer)
  const found = await findRedirectInJson(text, urlOf(services, answer.request))
  if (!found) return sendBytes(reply, bytes)
  if (found === 'ambiguous') throw new Refusal('upstream_unreadable', 'a sign-in answer that can not be read')
  return relayFound(services, answer, bytes, found)
}

/** What is no page at an authorization endpoint, such as the JSON of one that goes by the request's Accept. */
export async function relayText(services: RelayServices, answer: OpResponse): Promise<void> {
  const { reply } = answer
  const { bytes, text } = await readJson(answer)
  const found = await findRedirectInJson(text, urlOf(services, answer.request))
  if (found && found !== 'ambiguous') return relayFound(services, answer, bytes, found)
  // guard: tokens-in-no-page
  if (mayHoldTokens(text))
    throw new Refusal('upstream_unreadable', 'tokens in what is no authorization response')
  return sendBytes(reply, bytes)
}

async function relayFound(
  services: RelayServices,
  answer: OpResponse,
  bytes: Buffer,
  { response, location, replaceWith }: JsonRedirect,
): Promise<void> {
  const judged = await judgeAnswer(services, answer, response, location, true)
  switch (judged.kind) {
    case 'relay':
      return sendBytes(answer.reply, bytes)
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

async function readJson({ reply, body }: OpResponse): Promise<{ bytes: Buffer; text: string }> {
  const peeked = await peekBody(body, maxJsonBytes)
  const coding = contentCodingOf(reply)
  const plain = peeked.complete ? await decodeBody(peeked.bytes, coding) : undefined
  if (!peeked.complete || !plain)
    throw new Refusal('upstream_unreadable', 'a sign-in answer that can not be read')
  return { bytes: peeked.bytes, text: plain.toString('utf8') }
}

function sendJson({ reply, statusCode }: OpResponse, json: string): void {
  dropAnswer(reply).code(statusCode).header('content-type', 'application/json').send(json)
}
