import type { ClientPolicy } from '../config/schema/schema.ts'

/** Response modes that the gateway reads (OAuth 2.0 Multiple Response Types, Form Post Response Mode). */
export const readableModes: readonly string[] = ['query', 'fragment', 'form_post']

/** Whether two response types are the same: the order of their parts does not count (OAuth 2.0 Multiple Response Types 3). */
export function isSameType(one: string, other: string): boolean {
  const sorted = (type: string): string => type.split(' ').sort().join(' ')
  return sorted(one) === sorted(other)
}

/** Whether a policy lists a response type. */
export function isTypeAllowed({ responseTypes }: ClientPolicy, responseType: string): boolean {
  return responseTypes.some((allowed) => isSameType(allowed, responseType))
}
