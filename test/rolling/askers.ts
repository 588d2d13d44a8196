import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { lookupLoopback } from '../lab/loopback.ts'
import { secretOf } from '../lab/op-world.ts'
import type { Rp } from '../lab/rp.ts'
import type { RollingWorld } from './rolling-world.ts'

/** What is asked, by whom: a client that is protected, one that is off, or neither. */
export const questions = [
  'authorization request, protected',
  'token request, protected',
  'authorization request, off',
  'token request, off',
  'a page of the OP',
] as const

export type Question = (typeof questions)[number]

export const isOfProtected = (question: Question): boolean => question.endsWith(', protected')

/** One answer. Times are those of `performance.now()`. */
export interface Answer {
  readonly question: Question
  readonly startedAt: number
  readonly ms: number
  readonly status: number
  readonly retryAfter?: string
}

/** Somebody for each question, who asks it again and again and waits for no sign-in. */
export interface Askers {
  readonly answers: readonly Answer[]
  stop(): Promise<void>
}

const pauseMs = 30

export function startAskers(world: RollingWorld): Askers {
  const agent = new Agent({ connect: { lookup: lookupLoopback }, pipelining: 1 })
  const ending = new AbortController()
  const answers: Answer[] = []

  async function askAgain(question: Question): Promise<void> {
    while (!ending.signal.aborted) {
      const { url, ...options } = describe(world, question)
      const startedAt = performance.now()
      const { statusCode: status, headers, body } = await request(url, { dispatcher: agent, ...options })
      await body.dump()
      const retryAfter = headers['retry-after']
      answers.push({
        question,
        startedAt,
        ms: performance.now() - startedAt,
        status,
        ...(typeof retryAfter === 'string' && { retryAfter }),
      })
      await sleep(pauseMs)
    }
  }

  const working = questions.map(askAgain)
  return {
    answers,
    async stop() {
      ending.abort()
      await Promise.all(working)
      await agent.close()
    },
  }
}

function describe({ publicUrl, web, other }: RollingWorld, question: Question) {
  switch (question) {
    case 'authorization request, protected':
      return authorize(publicUrl, web)
    case 'authorization request, off':
      return authorize(publicUrl, other)
    case 'token request, protected':
      return redeem(publicUrl, web)
    case 'token request, off':
      return redeem(publicUrl, other)
    case 'a page of the OP':
      return { url: `${publicUrl}/.well-known/openid-configuration` }
  }
}

let states = 0

function authorize(publicUrl: string, { clientId, redirectUri }: Rp) {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: `asked-${states++}`,
  })
  return { url: `${publicUrl}/connect/authorize?${query}`, headers: { accept: 'text/html' } }
}

/** With a code that nobody issued: the OP refuses it where the gateway does not. */
function redeem(publicUrl: string, { clientId, redirectUri }: Rp) {
  const form = { grant_type: 'authorization_code', code: 'not-a-code', redirect_uri: redirectUri }
  const basic = Buffer.from(`${clientId}:${secretOf(clientId)}`).toString('base64')
  return {
    url: `${publicUrl}/connect/token`,
    method: 'POST' as const,
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  }
}
