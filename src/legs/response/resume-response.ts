import type { Browser } from '../../http/browser.ts'
import type { Delivery } from '../../http/delivery.ts'
import { readDelivery, toErrorDelivery } from '../../oauth/delivered-response.ts'
import type { ProbeResult } from '../../policy/probe-result.ts'
import { rememberAnswer } from '../../probe/browser-answers.ts'
import type { BrowserQuestion, WaitingResponse } from '../../records/records.ts'
import { Refusal } from '../../refusal.ts'
import { driveRequest } from '../../step-up/drive.ts'
import { isWorthSending } from '../../step-up/resume.ts'
import { judgeFor } from './response-leg.ts'
import type { ResponseLegServices } from './upstream-answer.ts'

/**
 * A response that waited until the browser had asked who its user is: it is judged now. What could not be kept, or has a
 * code that is too old by now, is not sent: the request is repeated, and its response finds the answer.
 *
 * @returns where the browser goes on.
 * @throws {Refusal} `restart` where the request can't be repeated.
 */
export async function resumeResponse(
  services: ResponseLegServices,
  question: BrowserQuestion & { readonly waits: WaitingResponse },
  browser: Browser,
  probe: ProbeResult,
): Promise<Delivery> {
  const { config, policies, now } = services
  const { policyIds, request, inFlight, held } = question.waits
  const kept = held && isWorthSending(held, now()) ? held : undefined
  const response = kept && readDelivery(kept.delivery, config.publicUrl)
  if (!kept || !response) {
    await rememberAnswer(services, question, probe, browser.address)
    return repeat(services, inFlight)
  }
  const policy = policies.govern(policyIds)
  const it = { response, browser, isNavigation: true, held: kept }
  const judged = await judgeFor(services, it, { policy, request, inFlight }, probe)
  switch (judged.kind) {
    case 'relay':
      return kept.delivery
    case 'detour':
      return { kind: 'redirect', location: judged.to }
    case 'error':
      return toErrorDelivery(response, judged.error, judged.description)
  }
}

async function repeat(services: ResponseLegServices, inFlight: string | undefined): Promise<Delivery> {
  const target = await driveRequest(services, inFlight, true)
  if (target === undefined) throw new Refusal('restart', 'the request can not be repeated')
  return { kind: 'redirect', location: `${services.config.publicUrl}${target}` }
}
