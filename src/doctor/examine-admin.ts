import { hostnameOf, isLoopback } from '../config/schema/network.ts'
import type { Config } from '../config/schema/schema.ts'
import { adminOrigin } from '../instance/admin-origin.ts'
import { findCode } from './find-code.ts'
import { type Finding, fine, unknown, wrong } from './finding.ts'
import { getPage } from './get-page.ts'
import type { Setting } from './setting.ts'

/** What the running gateway says of itself, and whether an orchestrator can ask it. */
export async function examineAdmin(
  { config, env }: Pick<Setting, 'config' | 'env'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  return [...judgeHost(config, env), ...(await readHealth(config, signal))]
}

function judgeHost({ admin, monitoring }: Config, env: Setting['env']): Finding[] {
  if (env['KUBERNETES_SERVICE_HOST'] === undefined) return []
  const isReached = [admin, monitoring].some((one) => one && !isLoopback(hostnameOf(one.host)))
  if (isReached) return []
  const about = `admin listens on ${admin.host}, where the kubelet's probes can't reach it`
  return [wrong('admin_in_kubernetes', about, 'add monitoring: {}, and have the probes ask its port, 9091')]
}

async function readHealth({ admin }: Config, signal: AbortSignal): Promise<Finding[]> {
  const origin = adminOrigin(admin)
  const { host: where } = new URL(origin)
  const here = 'run doctor beside the gateway'
  try {
    const { status, body } = await getPage(new URL(`${origin}/readyz`), {}, signal)
    return judgeHealth(status, JSON.parse(body), where)
  } catch (error) {
    signal.throwIfAborted()
    return [unknown(`no gateway answers at ${where} (${findCode(error)})`, here)]
  }
}

function judgeHealth(
  status: number,
  { reason, warnings = [] }: { readonly reason?: string; readonly warnings?: readonly string[] },
  where: string,
): Finding[] {
  const isReady = status === 200
  const state = isReady
    ? fine(`the gateway at ${where} is ready`)
    : wrong('gateway_not_ready', `the gateway at ${where} answers 503: ${reason}`, 'repair what it names')
  const found = warnings.map((warning) => wrong('gateway_warning', `it warns: ${warning}`, 'see there'))
  return [state, ...found]
}
