import { lookup } from 'node:dns/promises'
import { hostnameOf, hostOf, isInside } from '../config/schema/network.ts'
import { type Finding, unknown, wrong } from './finding.ts'
import { isMetadataAt } from './is-metadata-at.ts'
import { readPeerCertificate } from './peer-certificate.ts'
import type { Setting } from './setting.ts'

const longestTryMs = 3_000

/** Whether the OP can be reached around the gateway, as far as that shows from here. */
export async function examineExposure(
  { config }: Pick<Setting, 'config'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const upstream = new URL(config.upstream.url)
  const [own, outside] = await Promise.all([resolve(upstream), resolve(new URL(config.publicUrl))])
  const open = own.filter((address) => !isInside(address))
  const around = outside.filter((address) => !own.includes(address))
  const reached = []
  for (const address of isSharedPort(config, upstream) ? [] : around)
    if (await isOpAt(config, address, signal)) reached.push(address)
  const close =
    'let only the gateway connect to it: a private network, a firewall, or a listener on 127.0.0.1'
  return [
    ...(open.length > 0
      ? [
          wrong(
            'upstream_public',
            `the OP is on a public address (${open.join(', ')}): codes may be redeemed around the gateway`,
            close,
          ),
        ]
      : []),
    ...reached.map((address) =>
      wrong(
        'upstream_reachable',
        `the OP answers at ${address}, the address of publicUrl, on its own port ${portOf(upstream)}`,
        close,
      ),
    ),
    unknown(
      `whether other machines reach the OP at ${config.upstream.url} or on another interface`,
      `try its port ${portOf(upstream)} from outside`,
    ),
  ]
}

/** On the same port the gateway itself would answer, or what is in front of it. */
const isSharedPort = ({ publicUrl, listen }: Setting['config'], upstream: URL): boolean =>
  [portOf(new URL(publicUrl)), listen.port].includes(portOf(upstream))

const portOf = ({ port, protocol }: URL): number => Number(port) || (protocol === 'https:' ? 443 : 80)

async function resolve({ hostname }: URL): Promise<string[]> {
  const found = await lookup(hostOf(hostname), { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}

async function isOpAt(config: Setting['config'], address: string, signal: AbortSignal): Promise<boolean> {
  const upstream = new URL(config.upstream.url)
  const url = new URL(config.upstream.url)
  url.hostname = hostnameOf(address)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestTryMs)])
  try {
    if (upstream.protocol === 'https:') {
      const [here, there] = await Promise.all(
        [upstream, url].map((one) => readPeerCertificate(one, undefined, limit)),
      )
      return here?.fingerprint256 === there?.fingerprint256
    }
    return await isMetadataAt(config, url.origin, limit)
  } catch {
    signal.throwIfAborted()
    return false
  }
}
