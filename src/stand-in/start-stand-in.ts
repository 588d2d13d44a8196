import { type AddressInfo, isIP } from 'node:net'
import { hostnameOf, isLoopback } from '../config/schema/network.ts'
import { buildApp, type RecordedRequest } from './app.ts'
import { type Control, createControl } from './control.ts'
import { Challenges } from './model/challenges.ts'
import { Faults } from './model/faults.ts'
import { createTenant } from './model/model.ts'
import type { StandIn } from './model/stand-in.ts'
import { createTokens } from './model/tokens.ts'
import type { Outcome, Rule } from './model/types.ts'
import type { RulesFile } from './rules/rules-file.ts'

export type StandInOptions = {
  readonly apiSecretKey: string
  /** Default 0: a free one. */
  readonly port?: number
  /** An address of the loopback interface; default 127.0.0.1. A name could lead elsewhere. */
  readonly host?: string
  /** The origin of the hosted pages; a missing port, or 0, becomes the real one. */
  readonly publicUrl?: string
  readonly rules?: readonly Rule[]
  /** Rules that are read again at each track call; in place of `rules`. */
  readonly rulesFile?: RulesFile
  /** Action codes and their default outcomes. */
  readonly actions?: Readonly<Record<string, Outcome>>
  /** Users who exist from the start; with a secret they have an authenticator app. */
  readonly users?: readonly { readonly userId: string; readonly secret?: string }[]
  /** What the client API's callers name themselves by; default `rehearsal`. */
  readonly tenantId?: string
  /** The WebAuthn relying party's id; default `localhost`. */
  readonly rpId?: string
  /** The origins of the pages that use passkeys; default none, and a test can set them later. */
  readonly origins?: readonly string[]
  /** Epoch milliseconds. */
  readonly now?: () => number
}

export type RunningStandIn = {
  readonly apiUrl: string
  readonly hostedUrl: string
  readonly requests: readonly RecordedRequest[]
  readonly control: Control
  /** Ends all connections, hanging ones too. */
  close(): Promise<void>
}

/** Starts a stand-in for Authsignal: its server API under `/v1` and its hosted pages. Throws off loopback. */
export async function startStandIn(options: StandInOptions): Promise<RunningStandIn> {
  const { apiSecretKey, port = 0, host = '127.0.0.1', now = Date.now } = options
  // Anyone who reaches it passes every challenge.
  if (isIP(host) === 0 || !isLoopback(host))
    throw new Error(`the stand-in for Authsignal listens on loopback only, not on ${host}`)
  const tenant = createTenant(now, options.tenantId)
  if (options.rpId !== undefined) tenant.settings.rpId = options.rpId
  tenant.settings.origins = [...(options.origins ?? [])]
  const standIn: StandIn = {
    tenant,
    tokens: createTokens(tenant),
    faults: new Faults(),
    challenges: new Challenges(tenant),
    mails: [],
    tracks: [],
    validations: [],
    rulesFile: options.rulesFile,
    hostedUrl: '',
  }
  const control = createControl(standIn)
  control.setRules(options.rulesFile?.rules ?? options.rules ?? [])
  for (const [actionCode, outcome] of Object.entries(options.actions ?? {}))
    control.setAction(actionCode, outcome)
  for (const { userId, secret } of options.users ?? []) {
    if (secret === undefined) control.user(userId)
    else control.enrol(userId, { secret })
  }

  const requests: RecordedRequest[] = []
  const app = buildApp(standIn, apiSecretKey, requests)
  await app.listen({ port, host })
  const { port: realPort } = app.server.address() as AddressInfo
  const hosted = new URL(options.publicUrl ?? 'http://authsignal.localhost')
  if (hosted.port === '' || hosted.port === '0') hosted.port = String(realPort)
  standIn.hostedUrl = hosted.origin
  const apiHost = hostnameOf(host)
  return {
    apiUrl: `http://${apiHost}:${realPort}/v1`,
    hostedUrl: hosted.origin,
    requests,
    control,
    close: () => app.close(),
  }
}
