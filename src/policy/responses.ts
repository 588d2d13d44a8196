import type { ClientPolicy } from '../config/schema/schema.ts'

/** Response modes that the gateway reads (OAuth 2.0 Multiple Response Types, Form Post Response Mode). */
export const readableModes: readonly string[] = ['query', 'fragment', 'form_post']

/** Whether a policy lists a response type; the order of its parts does not count (OAuth 2.0 Multiple Response Types 3). */
export function isTypeAllowed({ responseTypes }: ClientPolicy, responseType: string): boolean {
  const sorted = (type: string): string => type.split(' ').sort().join(' ')
  return responseTypes.some((allowed) => sorted(allowed) === sorted(responseType))
}
