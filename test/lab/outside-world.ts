import { startStandIn } from '../../src/stand-in/start-stand-in.ts'
import { stepUpForWeb } from './authsignal/rules.ts'
import { startLabRps } from './lab-rps.ts'
import { startOp } from './op.ts'
import { makeProbeClient, secretOf } from './op-world.ts'
import { freePorts } from './ports.ts'
import type { Yaml } from './start-gateway.ts'
import { type Closable, startTogether } from './start-together.ts'
import { describeConfig, type WorldOptions } from './world.ts'

/** How a gateway that is not of this process starts; resolves when it is ready. */
export type StartGateway<G extends Closable> = (yaml: Yaml, adminUrl: string) => Promise<G>

/**
 * The lab around a gateway of another process or container on this machine's loopback. Without rules of a test,
 * those who sign in at `web` are challenged.
 */
export async function startOutsideWorld<G extends Closable>(
  startGateway: StartGateway<G>,
  options: Pick<WorldOptions, 'provider' | 'rules'> = {},
) {
  const [gatewayPort = 0, adminPort = 0] = await freePorts(2)
  const publicUrl = `http://localhost:${gatewayPort}`
  return startTogether(async (keep) => {
    const rps = keep(await startLabRps(() => publicUrl))
    const clients = [...rps.clients, makeProbeClient(publicUrl)]
    const op = keep(await startOp({ issuer: publicUrl, clients }))
    const authsignal = keep(
      await startStandIn({
        apiSecretKey: secretOf('authsignal'),
        publicUrl: 'http://127.0.0.1:0',
        users: [{ userId: 'user-alice', secret: 'JBSWY3DPEHPK3PXP' }],
        origins: [publicUrl],
        rules: [...(options.rules ?? [stepUpForWeb])],
      }),
    )
    const parts = { publicUrl, issuer: publicUrl, gatewayPort, adminPort, op, rps, authsignal }
    const yaml = describeConfig({ ...parts, options })
    const gateway = keep(await startGateway(yaml, `http://127.0.0.1:${adminPort}`))
    return { ...rps, publicUrl, op, authsignal, gateway }
  })
}
