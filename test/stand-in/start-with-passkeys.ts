import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { Test } from 'tap'
import { type Forgery, SoftAuthenticator } from '../lab/authsignal/soft-authenticator.ts'
import { loadBrowserSdk } from '../lab/authsignal/soft-browser.ts'
import { startWithSdk, web } from './start-with-sdk.ts'

export const origin = 'http://localhost:4400'
export const action = 'passkey-sign-in'
export const adding = { redirectUrl: web.redirectUrl, scope: 'read:authenticators add:authenticators' }

/** A stand-in with the real SDKs for server and browser, and calls of the client API by hand. */
export async function startWithPasskeys(t: Test) {
  const lab = await startWithSdk({ origins: [origin], tenantId: 'lab-tenant' })
  t.teardown(lab.close)
  const authenticator = new SoftAuthenticator()
  const browser = loadBrowserSdk({ origin, baseUrl: lab.apiUrl, tenantId: 'lab-tenant', authenticator })
  const addPasskey = async (userId: string, attributes: object = adding) => {
    const { token } = await lab.sdk.track({ userId, action: 'add', attributes })
    return browser.passkey.signUp({ token, username: `${userId}@example.com` })
  }
  const call = async (path: string, body: unknown, authorization = basic('lab-tenant')) => {
    const headers = { authorization, 'content-type': 'application/json', origin }
    const answer = await fetch(`${lab.apiUrl}/client${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as Answer }
  }
  /** Options of a started challenge. */
  const begin = async (code = action, more: object = {}) => {
    const started = await call('/challenge', { action: code, ...more })
    return (await call(`${passkeyPath}/authentication-options`, started.body)).body
  }
  const verify = async ({ challengeId, options }: Answer, forgery?: Forgery, at = origin) =>
    call('/verify/passkey', {
      authenticationCredential: authenticator.assert(options as RequestOptions, at, forgery),
      challengeId,
      deviceId: 'd1',
    })
  return { ...lab, authenticator, browser, addPasskey, call, begin, verify }
}

export type Answer = {
  challengeId?: string | undefined
  options?: object
  accessToken?: string
  userAuthenticatorId?: string
}
export type RequestOptions = PublicKeyCredentialRequestOptionsJSON
export type CreationOptions = PublicKeyCredentialCreationOptionsJSON

export const passkeyPath = '/user-authenticators/passkey'
export const basic = (text: string) => `Basic ${btoa(text)}`
export const bearer = (token = '') => `Bearer ${token}`
export const refused = (status: number, code: string) => ({
  status,
  body: { error: code, errorCode: code, errorDescription: /./ },
})
