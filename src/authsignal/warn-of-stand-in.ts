import { isLoopback } from '../config/schema/network.ts'
import type { Config } from '../config/schema/schema.ts'

/** What an operator has to know if Authsignal's API is on this machine, as the stand-in of a rehearsal is. */
export function warnOfStandIn({ apiUrl }: Pick<Config['authsignal'], 'apiUrl'>): string[] {
  if (!isLoopback(new URL(apiUrl).hostname)) return []
  return ['authsignal.apiUrl is on this machine: if a stand-in answers there, nothing is protected.']
}
