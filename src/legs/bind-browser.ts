import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { browserIdOf } from '../edge/browser.ts'
import { readCookie } from '../edge/cookies.ts'
import type { CookieRules } from '../edge/own-cookie.ts'

/** The browser that something is bound to. */
export interface BoundBrowser {
  readonly id: string
  /** Sets our cookie where the browser has none; a valid one is never replaced. */
  keep(reply: FastifyReply): void
}

/** The browser of a request that comes from a page of ours or loads one; it may be new. */
export function bindBrowser({ headers }: FastifyRequest, { name, options }: CookieRules): BoundBrowser {
  const current = readCookie(headers.cookie, name)
  const value = current ?? randomBytes(32).toString('base64url')
  return {
    id: browserIdOf(value),
    keep(reply) {
      if (current === undefined) reply.setCookie(name, value, options)
    },
  }
}
