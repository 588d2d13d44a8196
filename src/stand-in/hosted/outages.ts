import type { Fault } from '../model/faults.ts'

/** How Authsignal can be made to fail, by the value in the form. */
export const outages: ReadonlyMap<string, { readonly fault: Fault; readonly label: string }> = new Map([
  ['timeout', { fault: 'timeout', label: 'does not answer' }],
  ['reset', { fault: 'reset', label: 'closes the connection' }],
  ['503', { fault: '503', label: 'answers 503 (out of order)' }],
  ['429', { fault: '429', label: 'answers 429 (too many requests)' }],
  ['401', { fault: '401', label: 'answers 401 (wrong API secret key)' }],
] as const)
