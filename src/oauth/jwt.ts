import { type JsonReader, parseStrictJson } from './strict-json.ts'

/** Longer than any honest one; a header field or a form may be longer. */
const maxLength = 64 * 1024

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

type Members = Readonly<Record<string, unknown>>

/** A JWT in compact JWS form (RFC 7519 7.2), as it reads; its signature is not checked. */
export interface UnverifiedJwt {
  readonly header: Members
  readonly claims: Members
}

/**
 * Reads a JWT that every reader reads alike.
 *
 * @param reader who reads it after the gateway.
 * @returns undefined for what is encrypted, longer than 64 KiB, or ambiguous in its base64url, UTF-8 or JSON.
 */
export function readJwt(jwt: string, reader: JsonReader): UnverifiedJwt | undefined {
  if (jwt.length > maxLength) return undefined
  const [, first, second] = /^([\w-]+)\.([\w-]+)\.[\w-]*$/.exec(jwt) ?? []
  if (first === undefined || second === undefined) return undefined
  const header = readPart(first, reader)
  const claims = readPart(second, reader)
  return header && claims && { header, claims }
}

function readPart(part: string, reader: JsonReader): Members | undefined {
  try {
    return parseStrictJson(decoder.decode(Buffer.from(part, 'base64url')), reader)
  } catch {
    return undefined
  }
}
