import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Config } from '../config/schema/schema.ts'

const lifetimeMs = 600_000

/**
 * `question`: asks a gateway about itself. `state`: of an authorization request whose cookies the gateway is to name.
 * `forget`: has it forget a user.
 */
type Purpose = 'question' | 'state' | 'forget'

/**
 * Between a command and a running gateway: each shows the other that it has the same secrets, and says none of them. The
 * key is made of two secrets, so that a client secret that is easy to guess can't be guessed from a proof.
 */
export interface Proofs {
  /**
   * @param now epoch milliseconds.
   * @param about what it is good for, and for nothing else.
   */
  make(purpose: Purpose, now: number, about?: string): string
  /** Whether somebody with these secrets made it in the last 10 minutes. */
  isValid(purpose: Purpose, proof: string, now: number, about?: string): boolean
  /** What shows that a gateway with these secrets gave this answer to this question. */
  seal(question: string, answer: string): string
}

export function createProofs({ authsignal, provider }: Pick<Config, 'authsignal' | 'provider'>): Proofs {
  const { apiSecretKey } = authsignal
  const { clientSecret } = provider.probe
  const key = createHmac('sha256', apiSecretKey)
    .update(`doctor of a step-up gateway\n${clientSecret}`)
    .digest()
  const sign = (...parts: readonly string[]): string =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url')

  return {
    make(purpose, now, about = '') {
      const nonce = `${now}.${randomBytes(16).toString('base64url')}`
      return `${nonce}.${sign(purpose, nonce, about)}`
    },
    isValid(purpose, proof, now, about = '') {
      const [, nonce = '', at = '', given = ''] = /^((\d{1,16})\.[\w-]{22})\.([\w-]{43})$/.exec(proof) ?? []
      const expected = Buffer.from(sign(purpose, nonce, about))
      const isSigned = given.length === expected.length && timingSafeEqual(Buffer.from(given), expected)
      return isSigned && Math.abs(now - Number(at)) < lifetimeMs
    },
    seal: (question, answer) => sign('answer', question, answer),
  }
}
