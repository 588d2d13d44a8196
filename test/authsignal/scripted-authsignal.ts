import type { Test } from 'tap'
import { type Authsignal, createAuthsignal } from '../../src/authsignal/authsignal.ts'
import { type AuthsignalClient, createAuthsignalClient } from '../../src/authsignal/authsignal-client.ts'
import { listenOnLoopback } from '../lab/listen.ts'

/** A call of Authsignal's API as it came. */
export interface Call {
  /** `METHOD /path` below the API's base. */
  readonly what: string
  readonly body: Record<string, unknown>
}

export type Answers = Readonly<Record<string, (call: Call) => unknown>>

/** The gateway's own callers of an API that answers as a test says, by the start of `METHOD /path`. */
export async function scriptAuthsignal(
  t: Test,
  answers: Answers,
): Promise<{ authsignal: Authsignal; client: AuthsignalClient; calls: Call[] }> {
  const calls: Call[] = []
  const server = await listenOnLoopback(async (request, response) => {
    const chunks = await request.toArray()
    const text = Buffer.concat(chunks).toString()
    const call = {
      what: `${request.method} ${request.url?.replace(/^\/v1/, '')}`,
      body: text === '' ? {} : JSON.parse(text),
    }
    calls.push(call)
    const [, answer] = Object.entries(answers).find(([start]) => call.what.startsWith(start)) ?? []
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer?.(call) ?? {}))
  })
  t.teardown(() => server.close())
  const config = {
    apiUrl: `http://127.0.0.1:${server.port}/v1`,
    apiSecretKey: 'a secret of the tenant',
    timeout: 5000,
    challengeHosts: ['*.authsignal.com'],
  }
  return { authsignal: createAuthsignal(config), client: createAuthsignalClient(config, 'tenant'), calls }
}
