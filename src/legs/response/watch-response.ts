import { tell, tellOnce } from '../../forecast.ts'
import { adviseAfterAnswer } from '../../policy/probe-result.ts'
import { forecastRecords } from '../../records/forecast-records.ts'
import { describeCase } from '../../step-up/case.ts'
import { recordRelease } from '../../step-up/release.ts'
import type { Addressee } from './addressee.ts'
import { decideResponse } from './decide-response.ts'
import { objectToResponse, objectToTokens, reportObjection } from './response-objection.ts'
import type { ResponseAnswer, ResponseLegServices, UpstreamAnswer } from './upstream-answer.ts'

/** What would become of the response of a watched client. `monitor` changes nothing, not even where the gateway itself fails. */
export async function watchResponse(
  services: ResponseLegServices,
  it: UpstreamAnswer,
  addressee: Addressee,
): Promise<ResponseAnswer> {
  try {
    await judgeWatched(services, it, addressee)
  } catch (error) {
    tell(services, it.raw, error)
  }
  return { kind: 'relay' }
}

/** A decision is made whatever stands against the response: that may be put right before `enforce` is switched on. */
async function judgeWatched(
  services: ResponseLegServices,
  it: UpstreamAnswer,
  addressee: Addressee,
): Promise<void> {
  const { response } = it
  const { policy } = addressee
  const ofResponse = objectToResponse(response, addressee)
  const probe = await it.probe({ inFlight: addressee.inFlight, mayAskBrowser: false })
  if (!probe.known) reportUnknown(services, addressee, 'forward', probe.reason)
  const asked = probe.known && describeCase({ ...addressee, ...probe }, services.config.provider)
  const objection = ofResponse ?? (asked ? await objectToTokens(services, response, asked) : undefined)
  if (objection) tellOnce(it.raw, () => reportObjection(services, addressee, objection))
  if (!asked) return
  const { decision } = await decideResponse(services, { ...it, held: undefined }, asked, addressee)
  if (objection || decision.verdict === 'deny') return
  if (decision.verdict === 'release')
    services.audit.released(asked, { policy, leg: 'response' }, decision.reason)
  // Of a challenge nobody knows how it would have ended: its code counts as released.
  const records = forecastRecords(services.records)
  await recordRelease({ ...services, records }, asked, response.code, { policy, decision })
}

/** The line of a user whom nobody knows. */
export function reportUnknown(
  { audit, config }: ResponseLegServices,
  { policy, request }: Addressee,
  verdict: 'deny' | 'forward',
  reason: string,
): void {
  const fix = config.provider.probe.by === 'server' ? adviseAfterAnswer(reason) : undefined
  const { clientId } = request ?? policy
  audit.unknownUser({ clientId }, { policy, leg: 'response' }, { verdict, reason, fix })
}
