import type { FastifyReply } from 'fastify'
import type { Page } from './layout.ts'
import { stylesheetSource } from './stylesheet.ts'

/** What every page is sent with: kept by nobody, framed by nobody, without script, form or further request. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src ${stylesheetSource}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
}

/**
 * Sends the page with its status and headers, which may loosen those above but never keep the page; headers that the
 * reply already has, such as cookies, stay.
 */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .code(page.statusCode)
    .headers({ ...headers, ...page.headers, 'cache-control': headers['cache-control'] })
    .send(page.html)
}
