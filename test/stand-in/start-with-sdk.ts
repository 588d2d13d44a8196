import { Authsignal, AuthsignalError } from '@authsignal/node'
import { type StandInOptions, startStandIn } from '../../src/stand-in/start-stand-in.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'

export const apiSecretKey = 'lab-secret'
export const redirectUrl = 'http://localhost:4400/step-up/return/1/n?x=a%20b&y=1'

/** The attributes on which the rule "step up for client web" acts. */
export const web = { redirectUrl, custom: { client_id: 'web', amr: 'pwd' } }

/** A stand-in on a free port with a clock of its own, and the real SDK, without retries, against it. */
export async function startWithSdk(options: Partial<StandInOptions> = {}) {
  const clock = { at: Date.UTC(2026, 0, 5, 10) }
  const lab = await startStandIn({
    apiSecretKey,
    publicUrl: 'http://127.0.0.1:0',
    rules: [stepUpForWeb],
    now: () => clock.at,
    ...options,
  })
  const sdk = new Authsignal({ apiSecretKey, apiUrl: lab.apiUrl, retries: 0 })
  return { ...lab, clock, sdk }
}

/** What a browser without script does at the hosted pages: one request, redirects not followed. */
export async function visit(url: string, code?: string) {
  const form = code === undefined ? {} : { method: 'POST', body: new URLSearchParams({ code }) }
  const response = await fetch(url, { redirect: 'manual', ...form })
  const page = await response.text()
  return { status: response.status, location: response.headers.get('location') ?? '', page }
}

/** The token at the end of the address that the hosted pages return to. */
export function tokenOf(location: string): string {
  return new URL(location).searchParams.get('token') ?? ''
}

/** How the SDK told that a call failed; never the error itself, which carries the secret. */
export async function refusalOf(call: Promise<unknown>) {
  try {
    await call
  } catch (error) {
    if (!(error instanceof AuthsignalError)) throw error
    const { statusCode, errorCode, errorDescription } = error
    return { statusCode, errorCode, errorDescription }
  }
  throw new Error('the call was expected to fail')
}
