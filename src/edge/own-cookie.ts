import type { CookieSerializeOptions } from '@fastify/cookie'
import type { Config } from '../config/schema.ts'

/** The gateway's one cookie: its name and how it is set. */
export interface CookieRules {
  readonly name: string
  readonly options: CookieSerializeOptions
}

/**
 * `__Host-` keeps a sibling domain from planting the cookie (RFC 6265bis 4.1.3.2); browsers demand Secure for it,
 * which a plain http publicUrl (loopback only) can't have. It lives as long as the browser, unless a step-up is
 * to be remembered for longer than a step-up itself takes.
 */
export function chooseCookieRules(config: Config): CookieRules {
  const isSecure = new URL(config.publicUrl).protocol === 'https:'
  const remembered = Math.max(0, ...[...config.clients.values()].map(({ remember }) => remember))
  return {
    name: isSecure ? '__Host-step-up' : 'step-up',
    options: {
      path: '/',
      httpOnly: true,
      secure: isSecure,
      sameSite: 'lax',
      ...(remembered > config.stepUp.timeout && { maxAge: Math.floor(remembered / 1000) }),
    },
  }
}
