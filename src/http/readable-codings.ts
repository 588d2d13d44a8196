/** The content codings (RFC 9110 8.4.1) in which the gateway can read an answer of the OP. */
export const readableCodings = ['identity', 'gzip', 'x-gzip', 'deflate', 'br'] as const

export type ReadableCoding = (typeof readableCodings)[number]

/** @param coding in lower case. */
export function isReadableCoding(coding: string): coding is ReadableCoding {
  return readableCodings.some((known) => known === coding)
}
