import { startStandIn } from '../../src/stand-in/start-stand-in.ts'
import {
  type GatewayProcess,
  type GatewayProcessOptions,
  startGatewayProcess,
} from '../lab/gateway-process.ts'
import { type Checks, startHaproxy } from '../lab/haproxy.ts'
import { startLabRps } from '../lab/lab-rps.ts'
import { startOp } from '../lab/op.ts'
import { makePasskeySignIn } from '../lab/op-passkeys.ts'
import { type LabUser, makeProbeClient, PASSWORD_AMR, secretOf } from '../lab/op-world.ts'
import { freePorts } from '../lab/ports.ts'
import type { Yaml } from '../lab/start-gateway.ts'
import { type Closable, startTogether } from '../lab/start-together.ts'
import { describeConfig } from '../lab/world.ts'
import { rules } from './rules.ts'
import { serveStreams } from './serve-streams.ts'

export interface RollingOptions {
  /** `store` of the configuration. */
  readonly store: Yaml
  readonly program?: NonNullable<GatewayProcessOptions['program']>
  readonly shutdown: { readonly delay: string; readonly grace: string }
  readonly checks: Checks
  readonly usernames: readonly string[]
}

/** One of the gateways behind the balancer, as one process after the other. */
export interface Replica {
  readonly name: string
  readonly adminUrl: string
  /** Begins its end (SIGTERM); its exit code, once it has ended. */
  end(): Promise<number | NodeJS.Signals>
  /** Starts it anew; resolves once it is ready and the balancer knows. */
  start(): Promise<void>
}

export type RollingWorld = Awaited<ReturnType<typeof startRollingWorld>>

const replicaNames = ['a', 'b']
const anyNumber = 1_000_000_000

/** Two gateways, each a process of its own, on one store and behind HAProxy; with OP, applications and stand-in. */
export async function startRollingWorld(options: RollingOptions) {
  const [front = 0, ...ports] = await freePorts(1 + 2 * replicaNames.length)
  const publicUrl = `http://localhost:${front}`
  const apiSecretKey = secretOf('authsignal')
  const { passkeys, key } = makePasskeySignIn()
  const users = options.usernames.map(makeUser)
  const log: string[] = []
  return startTogether(async (keep) => {
    const rps = keep(await startLabRps(() => publicUrl))
    const op = keep(
      await startOp({
        issuer: publicUrl,
        clients: [...rps.clients, makeProbeClient(publicUrl)],
        users,
        passkeyIssuer: { key },
        answers: serveStreams,
      }),
    )
    const authsignal = keep(
      await startStandIn({
        apiSecretKey,
        tenantId: 'lab',
        publicUrl: 'http://127.0.0.1:0',
        users: users.map(({ sub }) => ({ userId: sub, secret: 'JBSWY3DPEHPK3PXP' })),
        origins: [publicUrl],
        rules,
      }),
    )
    const { store, shutdown, checks, program } = options
    const config = {
      store,
      shutdown,
      passkeys,
      trustedProxies: ['127.0.0.1/32'],
      // All people sit at one address.
      stepUp: { perUser: anyNumber, perAddress: anyNumber },
    }
    const probe = { timeout: '10s', perSession: anyNumber, perAddress: anyNumber }
    const places = replicaNames.map((name, at) => {
      const [port = 0, adminPort = 0] = ports.slice(2 * at)
      return { name, port, adminPort, adminUrl: `http://127.0.0.1:${adminPort}` }
    })
    const running = new Map<string, GatewayProcess>()
    const start = async ({ name, port, adminPort, adminUrl }: (typeof places)[number]) => {
      const parts = { publicUrl, issuer: publicUrl, gatewayPort: port, adminPort, op, rps, authsignal }
      const yaml = describeConfig({ ...parts, options: { config, probe, authsignal: { timeout: '10s' } } })
      const onLine = (line: string) => log.push(line)
      running.set(name, await startGatewayProcess(yaml, { adminUrl, onLine, ...(program && { program }) }))
    }
    for (const place of places) {
      keep(closeLater(() => running.get(place.name)))
      await start(place)
    }
    const balancer = keep(await startHaproxy(front, places, checks))
    const replicas = places.map(
      (place): Replica => ({
        name: place.name,
        adminUrl: place.adminUrl,
        async end() {
          return running.get(place.name)?.end() ?? 0
        },
        async start() {
          await running.get(place.name)?.close()
          await start(place)
          await balancer.until(place.name, 'UP')
        },
      }),
    )
    return { ...rps, publicUrl, op, authsignal, replicas, balancer, log }
  })
}

const closeLater = (part: () => Closable | undefined): Closable => ({
  close: async () => part()?.close(),
})

function makeUser(username: string): LabUser {
  return {
    sub: `user-${username}`,
    username,
    name: username,
    email: `${username}@example.com`,
    amr: PASSWORD_AMR,
  }
}
