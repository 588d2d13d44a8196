import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendRedirect } from '../../http/send-redirect.ts'
import { readAuthorizationResponse } from '../../oauth/authorization-response.ts'
import { discard, dropAnswer } from '../../upstream/proxy.ts'
import { challengeAt, judgeAnswer, type PassPorts, urlOf } from './judge-answer.ts'

/** A redirect of the OP: it may carry an authorization response in its Location. */
export async function passRedirect(
  ports: PassPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
  location: string,
): Promise<unknown> {
  const response = readAuthorizationResponse(location, urlOf(ports, request))
  if (!response) return reply.send(body)
  const { statusCode } = reply
  const answer = await judgeAnswer(ports, request, reply, response, location)
  switch (answer.kind) {
    case 'pass':
      return reply.send(body)
    case 'challenge':
      discard(body)
      return sendRedirect(dropAnswer(reply), challengeAt(ports, answer.stepUpId))
    case 'error':
      discard(body)
      // The OP's page may hold the whole redirect once more, as a link.
      return dropAnswer(reply)
        .code(statusCode)
        .header('location', response.toErrorLocation(answer.error, answer.description))
        .send()
  }
}
