import { describeDates } from '../doors/gateway-doors.ts'
import { type Finding, type FindingId, fine, wrong } from './finding.ts'
import { type PeerCertificate, readPeerCertificate } from './peer-certificate.ts'
import type { Setting } from './setting.ts'

/** How long the OP's certificate is valid; whether it is trusted, the examination before has seen. */
export async function examineProviderCertificate(
  { config, now }: Pick<Setting, 'config' | 'now'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const url = new URL(config.upstream.url)
  if (url.protocol === 'http:') return [fine(`${config.upstream.url} is plain http`)]
  const certificate = await readPeerCertificate(url, config.upstream.tls.ca, signal)
  return [judgeDates('provider_certificate', certificate, now())]
}

/** @param now epoch milliseconds. */
export function judgeDates(id: FindingId, { validFrom, validTo }: PeerCertificate, now: number): Finding {
  const fault = describeDates({ validFrom, validTo }, now)
  return fault === undefined
    ? fine(`its certificate is valid until ${validTo}`)
    : wrong(id, fault, 'renew it')
}
