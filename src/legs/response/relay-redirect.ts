import { sendRedirect } from '../../http/send-redirect.ts'
import { readAuthorizationResponse } from '../../oauth/authorization-response.ts'
import { discard, dropAnswer, sendStream } from '../../upstream/proxy.ts'
import type { OpResponse } from '../learned.ts'
import { learnRequestUri } from '../request/pushed-request.ts'
import { judgeAnswer, type RelayServices, urlOf } from './judge-answer.ts'

/** A redirect of the OP: it may carry an authorization response in its Location. */
export async function relayRedirect(
  services: RelayServices,
  answer: OpResponse,
  location: string,
): Promise<void> {
  const { request, reply, body, statusCode } = answer
  const response = readAuthorizationResponse(location, urlOf(services, request))
  if (!response) {
    const { learned } = answer
    const { address } = request.exchange.browser
    if (learned.kind === 'authorization')
      await learnRequestUri(services, learned.authorization, location, address)
    return sendStream(reply, body)
  }
  const judged = await judgeAnswer(services, answer, response, location)
  switch (judged.kind) {
    case 'relay':
      return sendStream(reply, body)
    case 'detour':
      discard(body)
      sendRedirect(dropAnswer(reply), judged.to)
      return
    case 'error':
      discard(body)
      // The OP's page may hold the whole redirect once more, as a link.
      dropAnswer(reply)
        .code(statusCode)
        .header('location', response.toErrorLocation(judged.error, judged.description))
        .send()
  }
}
