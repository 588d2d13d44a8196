import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashOf } from '../hash.ts'
import { browserIdOf, readBrowserCookies } from './browser.ts'
import type { Cookie } from './cookie-pairs.ts'
import { canShowPage } from './navigation.ts'
import { type CookieRules, setOwnCookie } from './own-cookie.ts'

/** The browser that something is bound to. */
export interface BoundBrowser {
  readonly id: string
  /** That id, and the browser's other ids. */
  readonly ids: readonly [string, ...string[]]
  /** Sets the gateway's cookie if the browser has none, and extends one that would expire. Its value never changes. */
  keep(reply: FastifyReply): void
}

const createSecret = (): string => randomBytes(32).toString('base64url')

/** The browser of a request that comes from one of the gateway's pages or loads one; it may be new. */
export function bindBrowser({ headers }: FastifyRequest, cookie: CookieRules): BoundBrowser {
  const { name, options } = cookie
  const [known, ...others] = readBrowserCookies(headers, cookie)
  const value = known?.value ?? createSecret()
  return {
    id: browserIdOf(value),
    ids: [browserIdOf(value), ...others.map((other) => browserIdOf(other.value))],
    keep(reply) {
      if (known?.name !== name || options.maxAge !== undefined) setOwnCookie(reply, name, value, options)
    },
  }
}

/** The most visits that may begin with a form of another site, however many sites a browser is led through. */
const maxPosts = 4

/**
 * The browser of an authorization request; the answer to its first one sets a cookie. A frame or a script keeps none
 * that could be read later, and neither does what is no navigation.
 *
 * A form that another site posts comes without our cookies (SameSite=Lax), although the browser may have some: the
 * names of such visits are few, so that no site can make a browser pile them up.
 *
 * @param asked what distinguishes this request from others, as text.
 */
export function meetBrowser(
  { method, headers }: FastifyRequest,
  cookie: CookieRules,
  asked: string,
): BoundBrowser | undefined {
  const isShown = canShowPage(method, headers)
  const [known, ...others] = readBrowserCookies(headers, cookie)
  if (!known && !isShown) return undefined
  let own = known
  // Most requests are written down by nobody: what stands for their browser is only made when it is asked for.
  const identify = (): Cookie => {
    own ??= { name: cookie.visitPrefix + nameVisit(method, asked), value: createSecret() }
    return own
  }
  return {
    get id() {
      return browserIdOf(identify().value)
    },
    get ids() {
      return [browserIdOf(identify().value), ...others.map((other) => browserIdOf(other.value))] as const
    },
    keep(reply) {
      const { name, value } = identify()
      const options = name === cookie.name ? cookie.options : cookie.visitOptions
      if (isShown && options.maxAge !== undefined) setOwnCookie(reply, name, value, options)
    },
  }
}

function nameVisit(method: string, asked: string): string {
  if (method !== 'POST') return /* guard: visits-of-their-own */ randomBytes(6).toString('base64url')
  return `post-${Buffer.from(hashOf(asked)).readUInt8() % maxPosts}`
}
