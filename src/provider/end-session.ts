import type { ServerMetadata } from 'openid-client'
import { loosenPath, type Target } from '../http/target.ts'

/** The loose path of the end session endpoint (RP-Initiated Logout 1.0); undefined if the OP names none. */
export function findEndSessionPath({ end_session_endpoint: endpoint }: ServerMetadata): string | undefined {
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return undefined
  return loosenPath(new URL(endpoint).pathname)
}

/** Whether a path is the OP's end session endpoint, or one of its further pages below it. */
export function isEndSession(
  { endSessionPath }: { readonly endSessionPath: string | undefined },
  { loosePath }: Target,
): boolean {
  if (endSessionPath === undefined) return false
  return loosePath === endSessionPath || loosePath.startsWith(`${endSessionPath}/`)
}
