import type { Rule } from '../../../src/stand-in/model/types.ts'
import { type RunningStandIn, startStandIn } from '../../../src/stand-in/start-stand-in.ts'
import { stepUpWithoutSecondFactor } from '../authsignal/rules.ts'
import { secretOf } from '../op-world.ts'
import { freePorts } from '../ports.ts'
import { type LabGateway, startLabGateway, type Yaml } from '../start-gateway.ts'
import { startTogether } from '../start-together.ts'
import { type ApplicationColumn, type PlannedColumn, startColumns } from './columns.ts'
import type { ClientRegistration, People, ProviderKit, RunningProvider } from './kit.ts'

/** A gateway in front of any OP, with any applications, and the stand-in for Authsignal. */
export interface ProviderWorld extends LabGateway {
  readonly kit: ProviderKit
  readonly publicUrl: string
  readonly provider: RunningProvider
  readonly people: People
  readonly columns: readonly ApplicationColumn[]
  readonly authsignal: RunningStandIn
  /** Does something while the gateway's clock is ahead of everybody else's. */
  whileAhead<T>(milliseconds: number, act: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** How a test wants its world; everything not named is as for the matrix. */
export interface ProviderWorldOptions {
  /** More top-level keys of the gateway's configuration file. */
  readonly config?: Yaml
  readonly rules?: readonly Rule[]
  /** The origin of the hosted challenge pages, with port 0 for a free one; a real browser takes a name of its own. */
  readonly hostedUrl?: string
}

const apiSecretKey = secretOf('authsignal')

/**
 * Starts everything on free ports: the applications first, since the OP has to know their redirect URIs.
 * Authsignal's rule asks for a challenge while amr has no second factor.
 */
export async function startProviderWorld(
  kit: ProviderKit,
  planned: readonly PlannedColumn[],
  { config = {}, rules = [stepUpWithoutSecondFactor], hostedUrl }: ProviderWorldOptions = {},
): Promise<ProviderWorld> {
  const [gatewayPort = 0, adminPort = 0, opPort = 0] = await freePorts(3)
  const publicUrl = `http://localhost:${gatewayPort}`
  const issuer = kit.issuerOf?.(publicUrl) ?? publicUrl
  return startTogether(async (keep) => {
    const { columns } = keep(await startColumns(issuer, planned, kit.clientAuth))
    const probe = makeProbe(publicUrl)
    const provider = keep(
      await kit.start({ publicUrl, port: opPort, clients: [...registrationsOf(columns), probe] }),
    )
    if (provider.issuer !== issuer) {
      throw new Error(`${kit.name} calls itself ${provider.issuer}, its kit said ${issuer} (issuerOf)`)
    }
    const authsignal = keep(
      await startStandIn({
        apiSecretKey,
        tenantId: 'lab',
        publicUrl: hostedUrl ?? 'http://127.0.0.1:0',
        rules,
        origins: [publicUrl],
      }),
    )
    let ahead = 0
    const configuration = {
      publicUrl,
      listen: { host: '127.0.0.1', port: gatewayPort },
      admin: { host: '127.0.0.1', port: adminPort },
      upstream: { url: provider.url, timeout: '20s' },
      provider: describeProvider(provider, issuer, publicUrl),
      authsignal: { apiUrl: authsignal.apiUrl, apiSecretKey, challengeHosts: [authsignal.hostedUrl] },
      clients: describePolicies(columns),
      ...config,
    }
    const started = await startLabGateway(configuration, { now: () => Date.now() + ahead })
    keep(started.gateway)
    await started.gateway.provider.ready()
    const { people } = provider
    for (const { subject } of Object.values(people)) authsignal.control.enrol(subject)
    return {
      ...started,
      kit,
      publicUrl,
      provider,
      people,
      columns,
      authsignal,
      whileAhead: async (milliseconds, act) => {
        ahead = milliseconds
        return act().finally(() => {
          ahead = 0
        })
      },
    }
  })
}

/** The client with which the gateway asks the OP. */
export function makeProbe(publicUrl: string): ClientRegistration {
  const clientId = 'step-up-gateway'
  return {
    clientId,
    clientSecret: secretOf(clientId),
    clientAuth: 'client_secret_post',
    redirectUris: [`${publicUrl}/step-up/probe`],
    postLogoutRedirectUris: [],
    consent: false,
    backchannelLogoutUri: `${publicUrl}/step-up/backchannel-logout`,
  }
}

function registrationsOf(columns: readonly ApplicationColumn[]): ClientRegistration[] {
  return columns.flatMap(({ applications }) =>
    Object.values(applications).map(({ registration }) => registration),
  )
}

function describeProvider(provider: RunningProvider, issuer: string, publicUrl: string): Yaml {
  return { ...(issuer !== publicUrl && { issuer }), ...provider.configuration }
}

/** One policy for each application but the open one, which the gateway does not know. */
function describePolicies(columns: readonly ApplicationColumn[]): Yaml {
  const policies = columns.flatMap(({ applications: { plain, consenting, trusting } }) =>
    [plain, consenting, trusting].map(({ registration: { clientId, redirectUris } }) => [
      clientId,
      {
        mode: 'enforce',
        redirectUris: [...redirectUris],
        remember: '30m',
        ...(clientId === trusting.registration.clientId && { satisfiedByAmr: ['otp', 'mfa'] }),
      },
    ]),
  )
  return Object.fromEntries(policies)
}
