import { buildGateway } from '../../../src/app.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { stepUpForWebWithoutMfa } from '../authsignal/rules.ts'
import { startAuthsignal } from '../authsignal/server.ts'
import { APPLICATIONS } from '../lab-rps.ts'
import { startOp } from '../op.ts'
import { makeProbeClient, makeWebClient, secretOf } from '../op-world.ts'
import { startRp } from '../rp.ts'
import { loadDemoConfig } from './config.ts'
import { listDemoPorts } from './ports.ts'

/** The demo, running. */
export interface Demo {
  readonly publicUrl: string
  readonly webUrl: string
  readonly otherUrl: string
  readonly adminUrl: string
  readonly authsignalUrl: string
  readonly opUrl: string
  close(): Promise<void>
}

/**
 * Starts the gateway, two applications, the OP and the stand-in for Authsignal, in which nobody is enrolled.
 * If one can't start, those that did are closed again.
 * @param writeLog gets the gateway's log lines
 */
export async function startDemo(base: number, writeLog: (line: string) => void): Promise<Demo> {
  const started: { close(): Promise<void> }[] = []
  const close = async () => {
    for (const part of started.splice(0).reverse()) await part.close()
  }
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    started.push(part)
    return part
  }
  const ports = listDemoPorts(base)
  const config = await loadDemoConfig(base)
  const { publicUrl } = config
  const startApplication = async (clientId: 'web' | 'other') =>
    keep(
      await startRp({
        issuer: publicUrl,
        clientId,
        clientSecret: secretOf(clientId),
        port: ports[clientId],
        ...APPLICATIONS[clientId],
      }),
    )
  try {
    const [web, other] = [await startApplication('web'), await startApplication('other')]
    const clients = [web, other].map(({ clientId, url }) =>
      makeWebClient(clientId, url, { client_name: APPLICATIONS[clientId === 'web' ? 'web' : 'other'].title }),
    )
    const op = keep(
      await startOp({ issuer: publicUrl, port: ports.op, clients: [...clients, makeProbeClient(publicUrl)] }),
    )
    const authsignal = keep(
      await startAuthsignal({
        apiSecretKey: config.authsignal.apiSecretKey,
        port: ports.authsignal,
        rules: [stepUpForWebWithoutMfa],
      }),
    )
    const gateway = keep(await buildGateway(config, { log: createLog({ destination: { write: writeLog } }) }))
    await gateway.listen()
    return {
      publicUrl,
      webUrl: web.url,
      otherUrl: other.url,
      adminUrl: `http://${config.admin.host}:${config.admin.port}`,
      authsignalUrl: authsignal.hostedUrl,
      opUrl: op.url,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
