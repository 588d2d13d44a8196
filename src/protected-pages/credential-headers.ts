import { isSameHeader } from '../http/claimed-headers.ts'

/** Against forged requests: what these name is no user. */
const antiforgery = /csrf|xsrf|request-?verification/
/** Words for a user, or for what proves one. `Authorization` has a check of its own. */
const words = new RegExp(
  [
    'cert|token|api-?key|access-?key|session|cookie|ticket|jwt|bearer|saml|oidc|sso|oauth|passw|secret|credential',
    'identity|principal|subject|user|login|logon|impersonat|sudo|on-?behalf|account|assertion|^x-auth(?:-|$)|^auth$',
  ].join('|'),
)

/**
 * Whether a server could know somebody by a request header: one that is called like a session cookie, or like a token,
 * a certificate or a user. Which of them an OP trusts is unknown, and no browser sends them on its own.
 *
 * @param name in lower case.
 * @param cookies the names of the OP's session cookies.
 */
export function couldNameUser(name: string, cookies: readonly string[]): boolean {
  if (name === 'authorization' || antiforgery.test(name)) return false
  return words.test(name) || cookies.some((cookie) => isCalledLike(name, cookie))
}

function isCalledLike(name: string, cookie: string): boolean {
  const bare = cookie.replace(/\*$/, '')
  const part = cookie.endsWith('*') ? name.replace(/^x-/, '').slice(0, bare.length) : name.replace(/^x-/, '')
  return isSameHeader(part, bare) || isSameHeader(name, bare)
}
