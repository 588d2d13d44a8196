import type { PasskeySignIn } from '../config/schema/passkeys-schema.ts'
import { Refusal } from '../refusal.ts'

/** A path of this origin: two slashes, or a backslash for one of them, would name another host to a browser. */
const localPath = /^\/(?![/\\])[!-~]*$/

/** A path of the configuration in which `{page}`, at its start, stands for the path of the login page. */
export function placePath(path: string, pagePath: string): string {
  return path.startsWith('{page}/') ? pagePath.replace(/\/$/, '') + path.slice('{page}'.length) : path
}

type Place = Pick<NonNullable<PasskeySignIn['jwt']>, 'path' | 'parameter'>

/** What stands in the place of the JWT in the browser, which never gets it: the id of an entry follows. */
const entryMark = 'step-up.'

/**
 * Where the browser goes on to, for the gateway to put the JWT in: path and query at the public address.
 *
 * @param pagePath the path of the login page, as the browser asked for it.
 * @param id of the entry, in base64url.
 * @throws Refusal `passkey_refused` for a page that could lead to another host.
 */
export function entryUrl({ path, parameter }: Place, pagePath: string, id: string): string {
  return `${requirePath(placePath(path, pagePath))}?${parameter}=${entryMark}${id}`
}

/** The id of an entry in a query that `entryUrl` made; undefined for every other. */
export function readEntryId({ parameter }: Place, query: string): string | undefined {
  const start = `${parameter}=${entryMark}`
  const id = query.slice(start.length)
  return query.startsWith(start) && /^[\w-]+$/.test(id) ? id : undefined
}

/**
 * Where the OP takes a JWT: path and query.
 *
 * @param pagePath the path of the login page, as the browser asked for it.
 * @param returnTo path and query of that page, to which the OP may send the browser when the user is known.
 * @throws Refusal `passkey_refused` for a page or a `returnTo` that could lead to another host.
 */
export function handOverUrl(
  { path, parameter }: Place,
  pagePath: string,
  jwt: string,
  returnTo: string,
): string {
  return `${requirePath(placePath(path, pagePath))}?${new URLSearchParams([
    [parameter, jwt],
    ['return_to', requireLocal(returnTo)],
  ])}`
}

function requirePath(target: string): string {
  // guard: jwt-has-its-own-query
  if (/[?#]/.test(target)) throw new Refusal('passkey_refused', 'the path of the login page holds a query')
  return requireLocal(target)
}

function requireLocal(url: string): string {
  // guard: jwt-stays-here
  if (!localPath.test(url)) throw new Refusal('passkey_refused', 'the login page is no path of this address')
  return url
}
