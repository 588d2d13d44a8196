import type { PasskeySignIn } from '../config/passkeys-schema.ts'
import { Refusal } from '../edge/refusal.ts'

/** A path of this origin: two slashes, or a backslash for one of them, would name another host to a browser. */
const localPath = /^\/(?![/\\])[!-~]*$/

/** A path of the configuration in which `{page}`, at its start, stands for the path of the login page. */
export function placePath(path: string, pagePath: string): string {
  return path.startsWith('{page}/') ? pagePath.replace(/\/$/, '') + path.slice('{page}'.length) : path
}

/**
 * Where the browser takes a JWT to: path and query at the public address.
 *
 * @param pagePath the path of the login page, as the browser asked for it.
 * @param returnTo path and query of that page, to which the OP may send the browser when the user is known.
 * @throws Refusal `passkey_refused` for a page or a way back that could lead to another host.
 */
export function handOverUrl(
  { path, parameter }: Pick<NonNullable<PasskeySignIn['jwt']>, 'path' | 'parameter'>,
  pagePath: string,
  jwt: string,
  returnTo: string,
): string {
  const target = placePath(path, pagePath)
  for (const url of [target, returnTo]) {
    if (!localPath.test(url))
      throw new Refusal('passkey_refused', 'the login page is no path of this address')
  }
  if (/[?#]/.test(target)) throw new Refusal('passkey_refused', 'the path of the login page holds a query')
  return `${target}?${new URLSearchParams([
    [parameter, jwt],
    ['return_to', returnTo],
  ])}`
}
