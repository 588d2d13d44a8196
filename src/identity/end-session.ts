import { loosenPath, type Target } from '../edge/target.ts'
import type { Provider } from './provider.ts'

/** Whether a path is the OP's end session endpoint (RP-Initiated Logout 1.0), or one of its further pages below it. */
export function isEndSession({ metadata }: Provider, { loosePath }: Target): boolean {
  const { end_session_endpoint: endpoint } = metadata
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return false
  const ending = loosenPath(new URL(endpoint).pathname)
  return loosePath === ending || loosePath.startsWith(`${ending}/`)
}
