import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { browserIdOf, readBrowserCookies } from '../edge/browser.ts'
import { readCookie } from '../edge/cookies.ts'
import { canShowPage } from '../edge/navigation.ts'
import type { CookieRules } from '../edge/own-cookie.ts'

/** The browser that something is bound to. */
export interface BoundBrowser {
  readonly id: string
  /** That id, and the further ones that the browser has. */
  readonly ids: readonly [string, ...string[]]
  /** Sets our cookie where the browser has none; a valid one is never replaced. */
  keep(reply: FastifyReply): void
}

const createSecret = (): string => randomBytes(32).toString('base64url')

/** The browser of a request that comes from a page of ours or loads one; it may be new. */
export function bindBrowser({ headers }: FastifyRequest, cookie: CookieRules): BoundBrowser {
  const [value = createSecret(), ...others] = readBrowserCookies(headers, cookie)
  return {
    id: browserIdOf(value),
    ids: [browserIdOf(value), ...others.map(browserIdOf)],
    keep(reply) {
      const isLasting = readCookie(headers.cookie, cookie.name) !== undefined
      if (!isLasting) reply.setCookie(cookie.name, value, cookie.options)
    },
  }
}

/**
 * The browser of an authorization request; the answer to its first one sets a cookie. A frame or a script keeps none
 * that could be read later, and neither does what is no navigation.
 *
 * A form that another site posts comes without our cookies (SameSite=Lax), although the browser may have some: its
 * visit has one name for all, so that no site can make a browser pile them up.
 */
export function meetBrowser(
  { method, headers, exchange }: FastifyRequest,
  cookie: CookieRules,
): BoundBrowser | undefined {
  const [known, ...others] = exchange.browser.ids
  if (known !== undefined) return { id: known, ids: [known, ...others], keep: () => undefined }
  if (!canShowPage(method, headers)) return undefined
  const value = createSecret()
  const id = browserIdOf(value)
  const name = cookie.visitPrefix + (method === 'POST' ? 'post' : randomBytes(6).toString('base64url'))
  return { id, ids: [id], keep: (reply) => reply.setCookie(name, value, cookie.visitOptions) }
}
