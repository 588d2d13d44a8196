import type { Config } from '../config/schema/schema.ts'
import { adviseOnForwarding, type Forwarding } from '../instance/forwarding.ts'
import { askInstance } from './ask-instance.ts'
import { type Finding, fine, unknown, wrong } from './finding.ts'
import type { Setting } from './setting.ts'

/** How many connections are opened to find out whether several gateways answer. */
const connections = 6

/** What stands between browsers and the gateway: a proxy that names the client, a load balancer. */
export async function examineFront(
  setting: Pick<Setting, 'config' | 'proofs' | 'now'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const all = await Promise.all(Array.from({ length: connections }, () => askInstance(setting, signal)))
  const answers = all.flatMap((found) => (found.kind === 'gateway' ? [found.answer] : []))
  return [
    judgeInstances(
      setting.config.store,
      answers.map(({ instance }) => instance),
    ),
    ...answers.slice(0, 1).flatMap(({ forwarding }) => judgeForwarding(setting, forwarding)),
  ]
}

/**
 * Whether all that answer there remember the same.
 *
 * @param answered the id of the gateway on each connection on which one answered.
 */
export function judgeInstances(store: Config['store'], answered: readonly string[]): Finding {
  const count = new Set(answered).size
  if (answered.length < connections)
    return wrong(
      'several_instances',
      'several servers answer there, and not all of them are this gateway',
      'lead all connections to the gateway',
    )
  if (count === 1) return fine(`one gateway answers on ${connections} connections`)
  if (store !== 'memory') return fine(`${count} gateways answer, on one store`)
  return wrong(
    'several_instances',
    'several gateways answer there, each with a memory of its own: half of a sign-in is forgotten',
    'run one instance only, or set store',
  )
}

/** Whether users can be distinguished by their address. */
export function judgeForwarding({ config }: Pick<Setting, 'config'>, forwarding: Forwarding): Finding[] {
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
  const key = header === expected ? '' : `, and set forwardingHeader: ${header}`
  return wrong('forwarding_ignored', adviseOnForwarding(forwarding), `add ${peer} to trustedProxies${key}`)
}
