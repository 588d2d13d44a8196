import type { IncomingHttpHeaders } from 'node:http'
import { hashOf } from '../store/collection.ts'
import { readCookie } from './cookies.ts'

/** What is known of the browser behind a request. */
export interface Browser {
  /** Hash of the gateway's cookie; undefined in a browser that has none. */
  readonly id?: string
  /** The client's IP address, from the socket or a trusted proxy. */
  readonly address: string
  readonly userAgent?: string
  /** Authsignal's device id, if the browser brings one that looks like it: a hint, never a proof. */
  readonly deviceId?: string
  /** The language tag that the user likes best (BCP 47). */
  readonly locale?: string
}

/** The browser id that stands for a cookie's value. */
export const browserIdOf = (cookie: string): string => hashOf('browser', cookie)

/** @param cookieName the gateway's cookie. */
export function readBrowser(headers: IncomingHttpHeaders, address: string, cookieName: string): Browser {
  const cookie = readCookie(headers.cookie, cookieName)
  const userAgent = headers['user-agent']?.slice(0, 512)
  const deviceId = readDeviceId(headers.cookie)
  const locale = /^\s*([a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3})(?=\s*(?:[,;]|$))/.exec(
    headers['accept-language'] ?? '',
  )?.[1]
  return {
    address,
    ...(cookie !== undefined && { id: browserIdOf(cookie) }),
    ...(userAgent !== undefined && { userAgent }),
    ...(deviceId !== undefined && { deviceId }),
    ...(locale !== undefined && { locale }),
  }
}

function readDeviceId(cookies: string | undefined): string | undefined {
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
  return new RegExp(`(?:^|;\\s?)__as_aid=(${uuid})(?:;|$)`, 'i').exec(cookies ?? '')?.[1]
}
