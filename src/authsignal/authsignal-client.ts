import axios from 'axios'
import * as z from 'zod'
import type { Config } from '../config/schema/schema.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { exchange } from './authsignal-http.ts'
import { optionalString, parseAnswer } from './authsignal-parse.ts'

/** A WebAuthn ceremony that Authsignal has begun: its id, and what goes to `navigator.credentials`. */
export interface Ceremony {
  readonly challengeId: string
  readonly options: Readonly<Record<string, unknown>>
}

/** What a ceremony came to. */
export interface CeremonyResult {
  readonly isVerified: boolean
  /** Names the action that it was for; a secret that stays with the gateway. */
  readonly token: string | undefined
}

/** What a browser sends, as it came: Authsignal judges it. */
export type Credential = Readonly<Record<string, unknown>>

/**
 * Authsignal's Client API, as far as passkeys need it. Browsers reach it through the gateway only, so that no token of
 * Authsignal's is ever in one. Each method throws AuthsignalError.
 */
export interface AuthsignalClient {
  /** Begins a sign-in of somebody who is not known yet. */
  challenge(request: { action: string; idempotencyKey: string }): Promise<string>
  signInOptions(challengeId: string): Promise<Ceremony>
  signIn(request: {
    challengeId: string
    credential: Credential
    deviceId?: string | undefined
  }): Promise<CeremonyResult>
  /** @param token from track, with the scope to add authenticators. */
  addOptions(
    token: string,
    name: { username?: string | undefined; displayName?: string | undefined },
  ): Promise<Ceremony>
  add(token: string, request: { challengeId: string; credential: Credential }): Promise<CeremonyResult>
}

const challenged = z.object({ challengeId: z.string().min(1) })
const ceremony = challenged.extend({ options: z.record(z.string(), z.unknown()) })
const result = z.object({ isVerified: z.boolean(), accessToken: optionalString })

const passkey = 'user-authenticators/passkey'

type ClientPath =
  | 'challenge'
  | 'verify/passkey'
  | typeof passkey
  | `${typeof passkey}/${'authentication' | 'registration'}-options`

export function createAuthsignalClient(
  { apiUrl, timeout }: Config['authsignal'],
  tenantId: string,
  tracing?: Tracing,
): AuthsignalClient {
  const { hostname } = new URL(apiUrl)
  const anonymous = `Basic ${Buffer.from(`${tenantId}:`).toString('base64')}`

  async function post<Schema extends z.ZodType>(
    path: ClientPath,
    authorization: string,
    body: object,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const headers = { authorization, 'content-type': 'application/json', accept: 'application/json' }
    const url = `${apiUrl}/client/${path}`
    const span = tracing?.openCall(`Authsignal ${path}`, { 'server.address': hostname })
    const outcome = await exchange(() => axios.post(url, JSON.stringify(body), { headers }), {
      timeout,
      span,
    })
    return parseAnswer('client', schema, outcome)
  }

  const toResult = ({ isVerified, accessToken }: z.output<typeof result>): CeremonyResult => ({
    isVerified,
    token: accessToken,
  })

  return {
    challenge: async (request) => (await post('challenge', anonymous, request, challenged)).challengeId,
    signInOptions: (challengeId) =>
      post(`${passkey}/authentication-options`, anonymous, { challengeId }, ceremony),
    async signIn({ challengeId, credential, deviceId }) {
      const body = { challengeId, authenticationCredential: credential, deviceId }
      return toResult(await post('verify/passkey', anonymous, body, result))
    },
    addOptions: (token, name) => post(`${passkey}/registration-options`, `Bearer ${token}`, name, ceremony),
    async add(token, { challengeId, credential }) {
      const body = { challengeId, registrationCredential: credential, conditionalCreate: false }
      return toResult(await post(passkey, `Bearer ${token}`, body, result))
    },
  }
}
