import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { findRedirectInJson, type JsonRedirect } from '../../oauth/page/json-redirect.ts'
import { Refusal } from '../../refusal.ts'
import { peekBody } from '../../upstream/peek-body.ts'
import { contentCodingOf, dropAnswer, sendBytes } from '../../upstream/proxy.ts'
import { decodeBody } from '../../upstream/read-response.ts'
import { challengeAt, judgeAnswer, type PassPorts, urlOf } from './judge-answer.ts'

/** A longer answer is refused. */
const maxJsonBytes = 512 * 1024

/** The JSON answer of a sign-in by script, at a path that the configuration names: it may hold the redirect. */
export async function passJson(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
): Promise<unknown> {
  const { bytes, text } = await readJson(reply, body)
  const found = await findRedirectInJson(text, urlOf(ports, request))
  if (!found) return sendBytes(reply, bytes)
  if (found === 'ambiguous') throw new Refusal('upstream_unreadable', 'a sign-in answer that can not be read')
  return passFound(ports, request, reply, bytes, found)
}

/** What is no page at an authorization endpoint, such as the JSON of one that goes by the request's Accept. */
export async function passText(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
): Promise<unknown> {
  const { bytes, text } = await readJson(reply, body)
  const found = await findRedirectInJson(text, urlOf(ports, request))
  if (found && found !== 'ambiguous') return passFound(ports, request, reply, bytes, found)
  if (mayHoldTokens(text))
    throw new Refusal('upstream_unreadable', 'tokens in what is no authorization response')
  return sendBytes(reply, bytes)
}

async function passFound(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: Buffer,
  found: JsonRedirect,
): Promise<unknown> {
  const { response } = found
  const answer = await judgeAnswer(ports, request, reply, response, found.location, true)
  switch (answer.kind) {
    case 'pass':
      return sendBytes(reply, bytes)
    case 'challenge':
      return sendJson(reply, found.replaceWith(`${ports.publicUrl}${challengeAt(ports, answer.stepUpId)}`))
    case 'error':
      return sendJson(reply, found.replaceWith(response.toErrorLocation(answer.error, answer.description)))
  }
}

/** Tokens by their name, as JSON, a form or a script would have it, or by the look of a JWT. */
function mayHoldTokens(text: string): boolean {
  const plain = text
    .replaceAll('\0', '')
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /(?:id|access)_token["']?\s*[:=]|\bey[\w-]{8,}\.[\w-]{2,}\./i.test(plain)
}

async function readJson(reply: FastifyReply, body: Readable): Promise<{ bytes: Buffer; text: string }> {
  const answer = await peekBody(body, maxJsonBytes)
  const coding = contentCodingOf(reply)
  const plain = answer.complete ? await decodeBody(answer.bytes, coding) : undefined
  if (!answer.complete || !plain)
    throw new Refusal('upstream_unreadable', 'a sign-in answer that can not be read')
  return { bytes: answer.bytes, text: plain.toString('utf8') }
}

function sendJson(reply: FastifyReply, json: string): FastifyReply {
  const { statusCode } = reply
  return dropAnswer(reply).code(statusCode).header('content-type', 'application/json').send(json)
}
