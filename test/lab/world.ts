import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { buildGateway, type Gateway } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { type Authsignal, startAuthsignal } from './authsignal/server.ts'
import type { Rule } from './authsignal/types.ts'
import type { SignInWorld } from './direct-world.ts'
import { type LabRps, startLabRps } from './lab-rps.ts'
import { type Op, type OpOptions, startOp } from './op.ts'
import { LAB_USERS, makeProbeClient, secretOf } from './op-world.ts'
import { freePorts } from './ports.ts'

type Yaml = Record<string, unknown>

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
  readonly rules?: readonly Rule[]
  readonly store?: Store
  /** Where the OP is, if it is not the lab's. */
  readonly upstreamUrl?: string
  /** The origin of the hosted challenge pages, with port 0 for a free one; a real browser takes a name of its own. */
  readonly hostedUrl?: string
}

/** The whole lab: a gateway between applications and an OP, and a stand-in for Authsignal. */
export interface World extends SignInWorld {
  readonly gateway: Gateway
  readonly config: Config
  readonly authsignal: Authsignal
  readonly adminUrl: string
  /** The gateway's log lines, as they were written. */
  readonly log: readonly string[]
  /** The clock of the gateway and of the stand-in, which a test may move on. */
  readonly clock: { advance(ms: number): void }
  /** Audit lines of one kind (`decision`, `released`, `step_up`, `security`, `unknown_user`). */
  audit(kind: string): Record<string, unknown>[]
}

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
  const log: string[] = []
  const rps = await startLabRps(() => publicUrl)
  const op = await startOp({
    ...options.op,
    issuer: publicUrl,
    clients: [...rps.clients, makeProbeClient(publicUrl), ...(options.op?.clients ?? [])],
  })
  const authsignal = await startAuthsignal({
    apiSecretKey,
    publicUrl: options.hostedUrl ?? 'http://127.0.0.1:0',
    users: enrolled,
    now,
    ...(options.rules && { rules: [...options.rules] }),
  })
  const config = await loadYaml(
    describeConfig({ options, publicUrl, gatewayPort, adminPort, op, rps, authsignal }),
  )
  const gateway = await buildGateway(config, {
    log: createLog({ level: 'trace', destination: { write: (line) => log.push(line) } }),
    now,
    ...(options.store && { store: options.store }),
  })
  await gateway.listen()
  return {
    ...rps,
    publicUrl,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    op,
    authsignal,
    gateway,
    config,
    log,
    clock: {
      advance: (ms) => {
        offsetMs += ms
      },
    },
    audit: (kind) => log.map((line) => JSON.parse(line)).filter(({ audit }) => audit === kind),
    async close() {
      await gateway.close()
      await Promise.all([rps.close(), op.close(), authsignal.close()])
    },
  }
}

interface Parts {
  readonly options: WorldOptions
  readonly publicUrl: string
  readonly gatewayPort: number
  readonly adminPort: number
  readonly op: Op
  readonly rps: LabRps
  readonly authsignal: Authsignal
}

function describeConfig({ options, publicUrl, gatewayPort, adminPort, op, rps, authsignal }: Parts): Yaml {
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
    upstream: { url: options.upstreamUrl ?? op.url, timeout: '2s' },
    provider: {
      preset: 'oidc-provider',
      probe: { clientSecret: secretOf('step-up-gateway'), ...options.probe },
      ...options.provider,
    },
    authsignal: {
      apiUrl: authsignal.apiUrl,
      apiSecretKey,
      timeout: '1s',
      challengeHosts: [authsignal.hostedUrl],
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

/** Loads a configuration the way an operator's is loaded: from a file. */
async function loadYaml(config: Yaml): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-'))
  try {
    const file = join(folder, 'gateway.yaml')
    await writeFile(file, stringify(config))
    return loadConfig(file, {})
  } finally {
    await rm(folder, { recursive: true })
  }
}
