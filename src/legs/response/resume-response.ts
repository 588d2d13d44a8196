import type { Browser } from '../../http/browser.ts'
import { readAuthorizationResponse } from '../../oauth/authorization-response.ts'
import type { ProbeResult } from '../../policy/probe-result.ts'
import type { WaitingResponse } from '../../records/records.ts'
import { Refusal } from '../../refusal.ts'
import { driveRequest } from '../../step-up/drive.ts'
import { isWorthSending } from '../../step-up/resume.ts'
import { judgeFor, type ResponseLegServices } from './response-leg.ts'

/**
 * A response that waited until the browser had asked who its user is: it is judged now. What came in a page was not kept,
 * and a code may be too old by now: then the request is repeated, and its response finds the answer.
 *
 * @returns where the browser goes on.
 * @throws {Refusal} `restart` where the request can't be repeated.
 */
export async function resumeResponse(
  services: ResponseLegServices,
  { policyIds, request, inFlight, held }: WaitingResponse,
  browser: Browser,
  probe: ProbeResult,
): Promise<string> {
  const { config, policies, now } = services
  const kept = held && isWorthSending(held, now()) ? held : undefined
  const response = kept && readAuthorizationResponse(kept.location, config.publicUrl)
  if (!kept || !response) return repeat(services, inFlight)
  const policy = policies.govern(policyIds)
  const it = { response, browser, isNavigation: true, held: kept }
  const judged = await judgeFor(services, it, { policy, request, inFlight }, probe)
  switch (judged.kind) {
    case 'relay':
      return kept.location
    case 'detour':
      return judged.path
    case 'error':
      return response.toErrorLocation(judged.error, judged.description)
  }
}

async function repeat(services: ResponseLegServices, inFlight: string | undefined): Promise<string> {
  const target = await driveRequest(services, inFlight, true)
  if (target === undefined) throw new Refusal('restart', 'the request can not be repeated')
  return target
}
