import { hash, randomBytes } from 'node:crypto'

/** 128 random bits, base64url. */
export const createId = (): string => randomBytes(16).toString('base64url')

/** sha256 of the parts, base64url; no two different lists of parts give the same text. */
export function hashOf(...parts: readonly (string | undefined)[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url')
}
