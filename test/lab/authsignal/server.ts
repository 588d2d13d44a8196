import type { AddressInfo } from 'node:net'
import { buildApp, type RecordedRequest } from './app.ts'
import { Challenges } from './challenges.ts'
import { type Control, createControl } from './control.ts'
import { Faults } from './faults.ts'
import type { Lab } from './lab.ts'
import { createTenant } from './model.ts'
import { createTokens } from './tokens.ts'
import type { Outcome, Rule } from './types.ts'

export type AuthsignalOptions = {
  readonly apiSecretKey: string
  /** Default 0: a free one. */
  readonly port?: number
  /** Loopback only; default 127.0.0.1. */
  readonly host?: string
  /** The origin of the hosted pages; a missing port, or 0, becomes the real one. */
  readonly publicUrl?: string
  readonly rules?: readonly Rule[]
  /** Action codes and their default outcomes. */
  readonly actions?: Readonly<Record<string, Outcome>>
  /** Users who exist from the start; with a secret they have an authenticator app. */
  readonly users?: readonly { readonly userId: string; readonly secret?: string }[]
  /** What the client API's callers name themselves by; default `lab`. */
  readonly tenantId?: string
  /** The WebAuthn relying party's id; default `localhost`. */
  readonly rpId?: string
  /** The origins of the pages that use passkeys; default none, and a test can set them later. */
  readonly origins?: readonly string[]
  /** Epoch milliseconds. */
  readonly now?: () => number
}

export type Authsignal = {
  readonly apiUrl: string
  readonly hostedUrl: string
  readonly requests: readonly RecordedRequest[]
  readonly control: Control
  /** Ends all connections, hanging ones too. */
  close(): Promise<void>
}

/** Starts a stand-in for Authsignal: its server API under `/v1` and its hosted pages. Throws off loopback. */
export async function startAuthsignal(options: AuthsignalOptions): Promise<Authsignal> {
  const { apiSecretKey, port = 0, host = '127.0.0.1', now = Date.now } = options
  if (!/^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host))
    throw new Error(`the Authsignal stand-in listens on loopback only, not on ${host}`)
  const tenant = createTenant(now, options.tenantId)
  if (options.rpId !== undefined) tenant.settings.rpId = options.rpId
  tenant.settings.origins = [...(options.origins ?? [])]
  const lab: Lab = {
    tenant,
    tokens: createTokens(tenant),
    faults: new Faults(),
    challenges: new Challenges(tenant),
    mails: [],
    tracks: [],
    validations: [],
    hostedUrl: '',
  }
  const control = createControl(lab)
  control.setRules(options.rules ?? [])
  for (const [actionCode, outcome] of Object.entries(options.actions ?? {}))
    control.setAction(actionCode, outcome)
  for (const { userId, secret } of options.users ?? []) {
    if (secret === undefined) control.user(userId)
    else control.enrol(userId, { secret })
  }

  const requests: RecordedRequest[] = []
  const app = buildApp(lab, apiSecretKey, requests)
  await app.listen({ port, host })
  const { port: realPort } = app.server.address() as AddressInfo
  const hosted = new URL(options.publicUrl ?? 'http://authsignal.localhost')
  if (hosted.port === '' || hosted.port === '0') hosted.port = String(realPort)
  lab.hostedUrl = hosted.origin
  const apiHost = host.includes(':') ? `[${host}]` : host
  return {
    apiUrl: `http://${apiHost}:${realPort}/v1`,
    hostedUrl: hosted.origin,
    requests,
    control,
    close: () => app.close(),
  }
}
