import type { SerializeOptions } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'
import type { Config } from '../config/schema/schema.ts'

/** The gateway's cookies: their names and how they are set. */
export interface CookieRules {
  /** That of the browser, to which step-ups are bound. The names of all others begin with it and a hyphen. */
  readonly name: string
  /**
   * How the names of those begin that the first answers to a browser's authorization requests set. Two requests that
   * are answered at once each set one of their own, so that neither undoes the other.
   */
  readonly visitPrefix: string
  /** That of the device, by which Authsignal may remember it; only where users may say so. */
  readonly deviceName: string
  readonly options: SerializeOptions
  /** The same for a visit, which lasts as long as an authorization request may take. */
  readonly visitOptions: SerializeOptions
}

/** How long an authorization request may take until it is answered, in milliseconds. */
export const inFlightMs = 60 * 60_000

/**
 * `__Host-` keeps a sibling domain from planting the cookie (RFC 6265bis 4.1.3.2); browsers demand Secure for it,
 * which a plain http publicUrl (loopback only) can't have. It lives as long as the browser, unless a step-up is
 * to be remembered for longer than a step-up itself takes.
 */
export function chooseCookieRules(config: Config): CookieRules {
  const isSecure = new URL(config.publicUrl).protocol === 'https:'
  const pages = config.protectedPaths.map(({ policy }) => policy)
  const policies = [config.defaults, ...config.clients.values(), ...pages]
  if (config.passkeys) policies.push(config.passkeys.policy)
  const remembered = Math.max(...policies.map(({ remember }) => remember))
  const name = isSecure ? '__Host-step-up' : 'step-up'
  const usual = { path: '/', httpOnly: true, secure: isSecure, sameSite: 'lax' } as const
  return {
    name,
    visitPrefix: `${name}-at-`,
    deviceName: `${name}-device`,
    options: {
      ...usual,
      ...(remembered > config.stepUp.timeout && { maxAge: Math.floor(remembered / 1000) }),
    },
    visitOptions: { ...usual, maxAge: inFlightMs / 1000 },
  }
}

/** Sets a cookie by the reply's headers at once, since an answer of the OP leaves past Fastify's hooks. */
export function setOwnCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  options: SerializeOptions,
): void {
  reply.header('set-cookie', reply.server.serializeCookie(name, value, options))
}
