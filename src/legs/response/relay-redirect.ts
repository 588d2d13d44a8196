import { sendRedirect } from '../../http/send-redirect.ts'
import { openAppPage } from '../../pages/open-app-page.ts'
import { discard, dropAnswer, sendBody } from '../../upstream/send-answer.ts'
import type { OpResponse } from '../learned.ts'
import { learnRequestUri } from '../request/pushed-request.ts'
import type { ResponseClass } from './classify-response.ts'
import { judgeAnswer, type RelayServices } from './judge-answer.ts'

/** A redirect of the OP: it may carry an authorization response in its Location. */
export async function relayRedirect(
  services: RelayServices,
  answer: OpResponse,
  { location, response }: ResponseClass & { readonly kind: 'redirect' },
): Promise<void> {
  const { request, reply, body, statusCode } = answer
  if (!response) {
    const { learned } = answer
    const { address } = request.exchange.browser
    if (learned.kind === 'authorization')
      await learnRequestUri(services, learned.authorization, location, address)
    return sendBody(reply, body)
  }
  const judged = await judgeAnswer(services, answer, response, location)
  switch (judged.kind) {
    case 'relay':
      if (judged.isAfterStepUp && leadOut(services, answer, location)) return
      return sendBody(reply, body)
    case 'detour':
      discard(body)
      sendRedirect(dropAnswer(reply), judged.to)
      return
    case 'error': {
      const errorLocation = response.toErrorLocation(judged.error, judged.description)
      if (judged.isAfterStepUp && leadOut(services, answer, errorLocation)) return
      discard(body)
      // The OP's page may hold the whole redirect once more, as a link.
      dropAnswer(reply).code(statusCode).header('location', errorLocation).send()
    }
  }
}

/** Where the browser would go on showing the form of a challenge, the gateway's page leads to an application of the device. */
function leadOut({ pages }: RelayServices, { request, reply, body }: OpResponse, href: string): boolean {
  const page = openAppPage({ href, supportId: request.id })
  if (!page) return false
  discard(body)
  pages.send(request, dropAnswer(reply), page)
  return true
}
