import type { Forwarding } from '../instance/forwarding.ts'
import { adviseOnForwarding } from '../instance/forwarding.ts'
import { listMetadataPaths } from '../provider/metadata.ts'
import { askInstance, publicHost } from './ask-instance.ts'
import { judgeDates } from './examine-certificate.ts'
import { findCode } from './find-code.ts'
import { type Finding, fine, isWrong, unknown, wrong } from './finding.ts'
import { type FetchedPage, getPage } from './get-page.ts'
import { readPeerCertificate } from './peer-certificate.ts'
import type { Setting } from './setting.ts'
import { describeTlsFault } from './tls-fault.ts'

type AddressSetting = Pick<Setting, 'config' | 'proofs' | 'now'>

/** How many connections are opened to find out whether several gateways answer. */
const further = 5

/** Whether browsers and clients reach this gateway at `publicUrl`, and what stands between. */
export async function examinePublicAddress(setting: AddressSetting, signal: AbortSignal): Promise<Finding[]> {
  try {
    const certificate = await examineCertificate(setting, signal)
    return certificate.some(isWrong) ? certificate : [...certificate, ...(await examineWho(setting, signal))]
  } catch (error) {
    signal.throwIfAborted()
    const about = `nothing answers at ${setting.config.publicUrl} (${findCode(error)})`
    const fix =
      'start the gateway, point publicUrl and what is in front to it, or run doctor where browsers are'
    return [wrong('public_address_unreachable', about, fix)]
  }
}

async function examineCertificate({ config, now }: AddressSetting, signal: AbortSignal): Promise<Finding[]> {
  const url = new URL(config.publicUrl)
  if (url.protocol === 'http:') return []
  const certificate = await readPeerCertificate(url, undefined, signal)
  const dates = judgeDates('public_address_certificate', certificate, now())
  const fault = certificate.fault && describeTlsFault(certificate.fault)
  if (!fault) return [dates]
  const fix =
    'install a certificate for this name; if its CA is your own, name the CA in NODE_EXTRA_CA_CERTS for doctor'
  return [wrong('public_address_tls', `${config.publicUrl}: ${fault}`, fix), ...[dates].filter(isWrong)]
}

async function examineWho(setting: AddressSetting, signal: AbortSignal): Promise<Finding[]> {
  const { config } = setting
  const found = await askInstance(setting, signal)
  if (found.kind === 'other') return [await explainOther(setting, found.page, signal)]
  const { instance, forwarding } = found.answer
  const others = await Promise.all(Array.from({ length: further }, () => askInstance(setting, signal)))
  const instances = new Set(
    others.map((other) => (other.kind === 'gateway' ? other.answer.instance : 'another server')),
  )
  const isOne = instances.size === 1 && instances.has(instance)
  return [
    fine(`${config.publicUrl} leads to a gateway with these secrets`),
    ...(isOne
      ? []
      : [
          wrong(
            'several_instances',
            'several gateways answer there, each with a memory of its own: half of a sign-in is forgotten',
            'run one instance only',
          ),
        ]),
    ...judgeForwarding(setting, forwarding),
  ]
}

async function explainOther(
  { config }: AddressSetting,
  { status }: FetchedPage,
  signal: AbortSignal,
): Promise<Finding> {
  const [path = ''] = listMetadataPaths(config.provider.issuer)
  const document = await getPage(new URL(config.publicUrl + path), publicHost(config), signal)
  const isOp = document.status === 200 && document.body.includes('"issuer"')
  const what = isOp
    ? "the OP's metadata is there, but no gateway with these secrets: the OP itself, or a gateway with others"
    : `what answers there is no gateway with these secrets (status ${status})`
  const fix = "point publicUrl's name to the gateway only, and restart it after a change of its secrets"
  return wrong('public_address_not_gateway', `${config.publicUrl}: ${what}`, fix)
}

function judgeForwarding({ config }: AddressSetting, forwarding: Forwarding): Finding[] {
  const { header, peer } = forwarding
  const isBehindProxy = config.publicUrl.startsWith('https:') && config.listen.tls === undefined
  switch (forwarding.state) {
    case 'believed':
      return [fine(`${header} comes from ${peer} and is believed`)]
    case 'ignored':
      return [explainIgnored(config.forwardingHeader, forwarding)]
    case 'missing':
      return isBehindProxy
        ? [
            wrong(
              'forwarding_missing',
              `${peer} in front sends no ${header}: all users seem to have its address`,
              `have it set ${header}, or correct forwardingHeader`,
            ),
          ]
        : []
    case 'none':
      return isBehindProxy ? [unknown(`no ${header} comes from ${peer}`, 'have what is in front set it')] : []
  }
}

function explainIgnored(expected: string, forwarding: Forwarding): Finding {
  const { header, peer } = forwarding
  const key = header === expected ? '' : `, and forwardingHeader: ${header}`
  return wrong('forwarding_ignored', adviseOnForwarding(forwarding), `set trustedProxies: [${peer}]${key}`)
}
