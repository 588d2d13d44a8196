import type { FastifyInstance, FastifyRequest } from 'fastify'
import { requireNavigation } from '../../http/navigation.ts'
import { sendRedirect } from '../../http/send-redirect.ts'
import type { ProbeResult } from '../../policy/probe-result.ts'
import { settleQuestion, takeAnswer } from '../../probe/browser-probe.ts'
import type { WaitingForUser } from '../../records/records.ts'
import type { ResponseLegServices } from '../response/response-leg.ts'
import { resumeResponse } from '../response/resume-response.ts'

/**
 * `{prefix}/probe`: a browser that was sent to the OP with the question who its user is comes back
 * (`provider.probe.by: browser`), and what waited goes on.
 */
export function serveProbeReturn(app: FastifyInstance, services: ResponseLegServices): void {
  app.get('/probe', async (request, reply) => {
    requireNavigation(request.method, request.headers)
    const answered = await takeAnswer(services, request)
    switch (answered.kind) {
      case 'repeated':
        return sendRedirect(reply, answered.location)
      case 'ask_user':
        return sendRedirect(reply, answered.path)
      case 'answered': {
        const { waits, result } = answered
        const location = await goOn(services, request, waits, result)
        await settleQuestion(services, request, location)
        return sendRedirect(reply, location)
      }
    }
  })
}

async function goOn(
  services: ResponseLegServices,
  request: FastifyRequest,
  waits: WaitingForUser,
  result: ProbeResult,
): Promise<string> {
  if (!result.known) {
    const { reason, detail } = result
    request.log.info({ reason, detail }, 'the probe does not know the user')
  }
  switch (waits.kind) {
    case 'request':
    case 'page':
      return waits.target
    case 'response':
      return resumeResponse(services, waits, request.exchange.browser, result)
  }
}
