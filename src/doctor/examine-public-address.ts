import { askInstance } from './ask-instance.ts'
import { judgeDates } from './examine-certificate.ts'
import { findCode } from './find-code.ts'
import { type Finding, fine, wrong } from './finding.ts'
import type { FetchedPage } from './get-page.ts'
import { isMetadataAt } from './is-metadata-at.ts'
import { readPeerCertificate } from './peer-certificate.ts'
import type { Setting } from './setting.ts'
import { describeCertificateFault } from './tls-fault.ts'

type AddressSetting = Pick<Setting, 'config' | 'proofs' | 'now'>

/** What is silent for longer is not reached, in milliseconds: a firewall often answers nothing. */
const longestMs = 10_000

/** Whether browsers and clients reach this gateway at `publicUrl`. */
export async function examinePublicAddress(setting: AddressSetting, signal: AbortSignal): Promise<Finding[]> {
  const { config } = setting
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestMs)])
  try {
    const certificate = await examineCertificate(setting, limit)
    if (certificate.some((finding) => finding.kind === 'wrong' && finding.id === 'public_address_tls'))
      return certificate
    const found = await askInstance(setting, limit)
    const who =
      found.kind === 'gateway'
        ? fine(`${config.publicUrl} leads to a gateway with these secrets`)
        : await explainOther(setting, found.page, limit)
    return [...certificate, who]
  } catch (error) {
    signal.throwIfAborted()
    const about = `nothing answers at ${config.publicUrl} (${findCode(error)})`
    const fix =
      'start the gateway, point publicUrl and what is in front to it, or run doctor where browsers are'
    return [wrong('public_address_unreachable', about, fix)]
  }
}

async function examineCertificate({ config, now }: AddressSetting, signal: AbortSignal): Promise<Finding[]> {
  const url = new URL(config.publicUrl)
  if (url.protocol === 'http:') return []
  const certificate = await readPeerCertificate(url, undefined, signal)
  const fix =
    'install a certificate for this name; if its CA is your own, name the CA in NODE_EXTRA_CA_CERTS for doctor'
  return [
    ...certificate.faults.map((code) =>
      wrong('public_address_tls', `${config.publicUrl}: ${describeCertificateFault(code)}`, fix),
    ),
    judgeDates('public_address_certificate', certificate, now()),
  ]
}

async function explainOther(
  { config }: AddressSetting,
  { status }: FetchedPage,
  signal: AbortSignal,
): Promise<Finding> {
  const what = (await isMetadataAt(config, config.publicUrl, signal))
    ? "the OP's metadata is there, but no gateway with these secrets: the OP itself, or a gateway with others"
    : `what answers there is no gateway with these secrets (status ${status})`
  const fix = "point publicUrl's name to the gateway only, and restart it after a change of its secrets"
  return wrong('public_address_not_gateway', `${config.publicUrl}: ${what}`, fix)
}
