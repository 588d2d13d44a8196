import { buildGateway } from '../../../src/gateway.ts'
import { startStandIn } from '../../../src/stand-in/start-stand-in.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { APPLICATIONS } from '../lab-rps.ts'
import { startOp } from '../op.ts'
import { SCRIPTED_POLICY } from '../op-interactions.ts'
import { makePasskeyKeys } from '../op-passkeys.ts'
import { makeProbeClient, makeWebClient, secretOf } from '../op-world.ts'
import { startRp } from '../rp.ts'
import { type Closable, startTogether } from '../start-together.ts'
import { loadDemoConfig } from './config.ts'
import { listDemoPorts } from './ports.ts'
import { demoActions, demoRules } from './rules.ts'

/** The demo, running. */
export interface Demo extends Closable {
  readonly publicUrl: string
  readonly webUrl: string
  readonly web2Url: string
  readonly otherUrl: string
  readonly adminUrl: string
  readonly authsignalUrl: string
  readonly opUrl: string
}

/**
 * Starts the gateway, three applications, the OP and the stand-in for Authsignal, in which nobody is enrolled.
 * If one can't start, those that did are closed again.
 * @param writeLog gets the gateway's log lines
 */
export async function startDemo(base: number, writeLog: (line: string) => void): Promise<Demo> {
  const ports = listDemoPorts(base)
  const passkeyKeys = makePasskeyKeys()
  const config = await loadDemoConfig(base, passkeyKeys.pem)
  const { publicUrl } = config
  const startApplication = (clientId: 'web' | 'web2' | 'other') =>
    startRp({
      issuer: publicUrl,
      clientId,
      clientSecret: secretOf(clientId),
      port: ports[clientId],
      ...APPLICATIONS[clientId],
    })
  return startTogether(async (keep) => {
    const web = keep(await startApplication('web'))
    const web2 = keep(await startApplication('web2'))
    const other = keep(await startApplication('other'))
    const op = keep(
      await startOp({
        issuer: publicUrl,
        port: ports.op,
        clients: [
          makeWebClient('web', web.url, { client_name: APPLICATIONS.web.title }),
          makeWebClient('web2', web2.url, { client_name: APPLICATIONS.web2.title }),
          makeWebClient('other', other.url, { client_name: APPLICATIONS.other.title }),
          makeProbeClient(publicUrl),
        ],
        passkeyIssuer: { key: passkeyKeys.key },
        contentSecurityPolicy: SCRIPTED_POLICY,
      }),
    )
    const authsignal = keep(
      await startStandIn({
        apiSecretKey: config.authsignal.apiSecretKey,
        tenantId: 'lab',
        port: ports.authsignal,
        rules: demoRules,
        actions: demoActions,
        origins: [publicUrl],
      }),
    )
    const gateway = keep(await buildGateway(config, { log: createLog({ destination: { write: writeLog } }) }))
    await gateway.listen()
    return {
      publicUrl,
      webUrl: web.url,
      web2Url: web2.url,
      otherUrl: other.url,
      adminUrl: `http://${config.admin.host}:${config.admin.port}`,
      authsignalUrl: authsignal.hostedUrl,
      opUrl: op.url,
    }
  })
}
