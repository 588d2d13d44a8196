import type { Ports } from '../../src/gateway.ts'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { type RunningStandIn, startStandIn } from '../../src/stand-in/start-stand-in.ts'
import type { Store } from '../../src/store/store.ts'
import type { Tracing } from '../../src/tracing/tracing.ts'
import type { SignInWorld } from './direct-world.ts'
import { type LabRps, startLabRps } from './lab-rps.ts'
import { type Op, type OpOptions, startOp } from './op.ts'
import { LAB_USERS, type LabClient, makeProbeClient, secretOf } from './op-world.ts'
import { freePorts } from './ports.ts'
import { startLabStore } from './redis/lab-store.ts'
import { startRoundRobin } from './round-robin.ts'
import { type LabGateway, startLabGateway, type Yaml } from './start-gateway.ts'
import { startTogether } from './start-together.ts'

/** How a test wants its world; everything not named is as in the demo. */
export interface WorldOptions {
  /** Keys of clients' policies, over the usual ones. */
  readonly clients?: Readonly<Record<string, Yaml>>
  /** Top-level keys of the configuration file. */
  readonly config?: Yaml
  /** Keys of `provider`. */
  readonly provider?: Yaml
  /** Keys of `provider.probe`. */
  readonly probe?: Yaml
  readonly op?: Partial<OpOptions>
  /** What else the OP knows of the gateway's own client. */
  readonly probeClient?: Partial<LabClient>
  readonly rules?: readonly Rule[]
  readonly store?: Store
  readonly tracing?: Tracing
  /** So many gateways behind one address, of which each request gets the next; their state is on a server. */
  readonly replicas?: number
  /** How the gateway waits at its end. */
  readonly wait?: NonNullable<Ports['wait']>
  /** The path below which the OP is, such as `/idp`. */
  readonly below?: string
  /** Keys of `authsignal`. */
  readonly authsignal?: Yaml
  /** Keys of `upstream`. */
  readonly upstream?: Yaml
  /** Where the OP is, if it is not the lab's. */
  readonly upstreamUrl?: string
  /** The origin of the hosted challenge pages, with port 0 for a free one; a real browser takes a name of its own. */
  readonly hostedUrl?: string
}

/** The whole lab: a gateway between applications and an OP, and a stand-in for Authsignal. */
export interface World extends SignInWorld, LabGateway {
  readonly authsignal: RunningStandIn
  readonly adminUrl: string
  /** Of several gateways, which got each request. */
  readonly servedBy: readonly number[]
  /** The clock of the gateway and of the stand-in, in epoch milliseconds, which a test may move on. */
  readonly clock: { now(): number; advance(ms: number): void }
}

/** `STEP_UP_STORE=redis` gives every world that names no store one on a server, for so many gateways. */
const usualReplicas =
  process.env['STEP_UP_STORE'] === 'redis' ? Number(process.env['STEP_UP_REPLICAS'] ?? 1) : undefined

const apiSecretKey = secretOf('authsignal')

/** Enrols the people who have a second factor: all but carol. */
const enrolled = LAB_USERS.filter(({ username }) => username !== 'carol').map(({ sub }) => ({
  userId: sub,
  secret: 'JBSWY3DPEHPK3PXP',
}))

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const [gatewayPort = 0, adminPort = 0] = await freePorts(2)
  const publicUrl = `http://localhost:${gatewayPort}`
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const issuer = publicUrl + (options.below ?? '')
  const replicas = options.store ? undefined : (options.replicas ?? usualReplicas)
  return startTogether(async (keep) => {
    const rps = keep(await startLabRps(() => issuer))
    const op = keep(
      await startOp({
        issuer,
        ...(options.below && { mountPath: options.below }),
        ...options.op,
        clients: [
          ...rps.clients,
          { ...makeProbeClient(publicUrl), ...options.probeClient },
          ...(options.op?.clients ?? []),
        ],
      }),
    )
    const authsignal = keep(
      await startStandIn({
        apiSecretKey,
        tenantId: 'lab',
        publicUrl: options.hostedUrl ?? 'http://127.0.0.1:0',
        users: enrolled,
        origins: [publicUrl],
        now,
        ...(options.rules && { rules: [...options.rules] }),
      }),
    )
    const labStore = options.store || replicas === undefined ? undefined : keep(await startLabStore())
    const log: string[] = []
    const start = async (gatewayPort: number, adminPort: number) => {
      const yaml = describeConfig({ options, publicUrl, issuer, gatewayPort, adminPort, op, rps, authsignal })
      const store = options.store ?? (await labStore?.open())
      const wait = options.wait && { wait: options.wait }
      const { tracing } = options
      const started = await startLabGateway(yaml, { now, tracing, ...(store && { store }), ...wait }, log)
      keep(started.gateway)
      return started
    }
    const ports = replicas === undefined || replicas === 1 ? [gatewayPort] : await freePorts(replicas)
    const gateways: LabGateway[] = []
    for (const port of ports) gateways.push(await start(port, gateways.length === 0 ? adminPort : 0))
    const [started] = gateways
    if (!started) throw new Error('a world has a gateway')
    await Promise.all(gateways.slice(1).map(({ gateway }) => gateway.provider.ready()))
    const front = ports.length > 1 ? keep(await startRoundRobin(gatewayPort, ports)) : undefined
    return {
      ...rps,
      ...started,
      publicUrl,
      adminUrl: `http://127.0.0.1:${adminPort}`,
      op,
      authsignal,
      servedBy: front?.served ?? [],
      clock: {
        now,
        advance: (ms: number) => {
          offsetMs += ms
          labStore?.advance(ms)
        },
      },
    }
  })
}

/** The parts of a world that a gateway's configuration names. */
export interface Parts {
  readonly options: WorldOptions
  readonly publicUrl: string
  readonly issuer: string
  readonly gatewayPort: number
  readonly adminPort: number
  readonly op: Op
  readonly rps: LabRps
  readonly authsignal: RunningStandIn
}

export function describeConfig({
  options,
  publicUrl,
  issuer,
  gatewayPort,
  adminPort,
  op,
  rps,
  authsignal,
}: Parts): Yaml {
  const policyOf = (id: 'web' | 'web2' | 'consenting'): Yaml => ({
    mode: 'enforce',
    redirectUris: [`${rps[id].url}/signin-oidc`],
    ...options.clients?.[id],
  })
  const { web, web2, consenting, ...others } = options.clients ?? {}
  return {
    publicUrl,
    listen: { host: '127.0.0.1', port: gatewayPort },
    admin: { host: '127.0.0.1', port: adminPort },
    upstream: { url: options.upstreamUrl ?? op.url, ...options.upstream },
    provider: {
      preset: 'oidc-provider',
      issuer,
      probe: { clientSecret: secretOf('step-up-gateway'), timeout: '1m', ...options.probe },
      ...options.provider,
    },
    authsignal: {
      apiUrl: authsignal.apiUrl,
      apiSecretKey,
      timeout: '1m',
      challengeHosts: [authsignal.hostedUrl],
      ...options.authsignal,
    },
    clients: {
      web: policyOf('web'),
      web2: policyOf('web2'),
      consenting: policyOf('consenting'),
      ...others,
    },
    ...options.config,
  }
}
