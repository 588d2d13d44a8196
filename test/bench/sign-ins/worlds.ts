import { LAB_USERS, makeProbeClient, secretOf } from '../../lab/op-world.ts'
import { freePorts } from '../../lab/ports.ts'
import { ask, type Processes } from '../processes.ts'
import type { Addresses } from './authsignal.ts'
import type { OpStart } from './op.ts'
import { clients, redirectUriOf } from './person.ts'

/** An OP that asks Authsignal before it lets somebody sign in: by a gateway in front, or by itself. */
export interface StepUpWorld {
  /** Where browsers and applications reach it. */
  readonly origin: string
  /** How many requests the OP got since it was last asked. */
  countRequests(): Promise<number>
}

export interface SignInBed {
  readonly user: { readonly username: string; readonly sub: string }
  readonly withGateway: StepUpWorld & { readonly gatewayPid: number | undefined }
  readonly inProcess: StepUpWorld
  readonly hostedUrl: string
  /** How long Authsignal takes for each answer, in milliseconds. */
  delayAuthsignal(delay: number): Promise<unknown>
  /** A code that passes one challenge. */
  newCode(): Promise<string>
}

const apiSecretKey = secretOf('authsignal')

export async function startSignInBed(processes: Processes): Promise<SignInBed> {
  const [user] = LAB_USERS
  if (user === undefined) throw new Error('nobody to sign in')
  const authsignal = processes.fork('sign-ins/authsignal.js')
  const { apiUrl, hostedUrl } = await ask<Addresses>(authsignal, { apiSecretKey, userId: user.sub })
  const startOp = async (start: OpStart) => {
    const op = processes.fork('sign-ins/op.js')
    const { url } = await ask<{ url: string }>(op, { start })
    const countRequests = async () => (await ask<{ requests: number }>(op, { count: true })).requests
    return { origin: url, countRequests }
  }
  const [port = 0, adminPort = 0] = await freePorts(2)
  const publicUrl = `http://localhost:${port}`
  const known = Object.values(clients)
  const behind = await startOp({
    options: { issuer: publicUrl, clients: [...known, makeProbeClient(publicUrl)] },
  })
  const inProcess = await startOp({ options: { clients: known }, authsignal: { apiUrl, apiSecretKey } })
  // What one person does here in a minute, thousands do elsewhere.
  const unlimited = 1_000_000
  const gateway = await processes.startGateway(
    'sign-ins',
    {
      publicUrl,
      listen: { host: '127.0.0.1', port },
      admin: { host: '127.0.0.1', port: adminPort },
      upstream: { url: behind.origin },
      provider: {
        preset: 'oidc-provider',
        probe: {
          clientSecret: secretOf('step-up-gateway'),
          perSession: unlimited,
          perAddress: unlimited,
        },
      },
      authsignal: { apiUrl, apiSecretKey, challengeHosts: [hostedUrl] },
      stepUp: { perUser: unlimited, perAddress: unlimited },
      clients: Object.fromEntries(
        known.map((client) => [client.client_id, { mode: 'enforce', redirectUris: [redirectUriOf(client)] }]),
      ),
    },
    adminPort,
  )
  return {
    user,
    withGateway: { ...behind, origin: publicUrl, gatewayPid: gateway.pid },
    inProcess,
    hostedUrl,
    delayAuthsignal: (delay) => ask(authsignal, { delay }),
    newCode: async () => (await ask<{ code: string }>(authsignal, { codeFor: user.sub })).code,
  }
}
