import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Delivery } from '../../http/delivery.ts'
import { requireNavigation } from '../../http/navigation.ts'
import { sendRedirect } from '../../http/send-redirect.ts'
import type { ProbeResult } from '../../policy/probe-result.ts'
import { settleQuestion, takeAnswer } from '../../probe/browser-probe.ts'
import type { BrowserQuestion } from '../../records/records.ts'
import type { Services } from '../../services.ts'
import { writeLine } from '../../telemetry/log-lines.ts'
import { isDriven } from '../response/addressee.ts'
import { resumeResponse } from '../response/resume-response.ts'
import type { ResponseLegServices } from '../response/upstream-answer.ts'
import { sendAfterStepUp, sendDelivery } from '../send-delivery.ts'

/**
 * `{prefix}/probe`: a browser that was sent to the OP with the question who its user is comes back
 * (`provider.probe.by: browser`), or signed in for the passkey page, and what waited goes on.
 */
export function serveProbeReturn(
  app: FastifyInstance,
  services: ResponseLegServices & Pick<Services, 'pages'>,
): void {
  app.get('/probe', async (request, reply) => {
    requireNavigation(request.method, request.headers)
    const answered = await takeAnswer(services, request)
    switch (answered.kind) {
      case 'repeated':
        return sendDelivery(services, request, reply, answered.outcome)
      case 'ask_user':
        return sendRedirect(reply, answered.url)
      case 'answered': {
        const { question, result } = answered
        const outcome = await goOn(services, request, question, result)
        await settleQuestion(services, request, outcome)
        const { waits } = question
        const isAfterStepUp = waits.kind === 'response' && isDriven(waits)
        return (isAfterStepUp ? sendAfterStepUp : sendDelivery)(services, request, reply, outcome)
      }
    }
  })
}

async function goOn(
  services: ResponseLegServices,
  request: FastifyRequest,
  question: BrowserQuestion,
  result: ProbeResult,
): Promise<Delivery> {
  if (!result.known) {
    const { reason, detail } = result
    writeLine(request.log, 'the probe does not know the user', { reason, detail })
  }
  const { waits } = question
  switch (waits.kind) {
    case 'request':
    case 'page':
      // Absolute: two slashes at the start of a path would name another host.
      return { kind: 'redirect', location: `${services.config.publicUrl}${waits.target}` }
    case 'response':
      return resumeResponse(services, { ...question, waits }, request.exchange.browser, result)
  }
}
