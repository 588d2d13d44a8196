import type { ServerMetadata } from 'openid-client'
import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'

const url = z.url({ protocol: /^https?$/ }).optional()
const metadataSchema = z.looseObject({
  issuer: z.url({ protocol: /^https?$/ }),
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  pushed_authorization_request_endpoint: url,
  device_authorization_endpoint: url,
  backchannel_authentication_endpoint: url,
  mtls_endpoint_aliases: z.record(z.string(), url).optional(),
})

/** `found: false`: the OP has no such document, which is no fault if every endpoint is configured. */
export type Discovery =
  | { readonly found: true; readonly metadata: ServerMetadata }
  | { readonly found: false; readonly reason: string }

/** The document of another issuer than the configured one (OIDC Discovery 1.0, 4.3). */
export class IssuerMismatch extends Refusal {
  readonly found: string
  /** Whether only https is missing. */
  readonly isDowngraded: boolean

  constructor(found: string, expected: string) {
    const isDowngraded = new URL(found.replace(/^http:/, 'https:')).href === new URL(expected).href
    const cause = isDowngraded ? ': the OP does not believe X-Forwarded-Proto. Have it trust the gateway' : ''
    super('provider_unavailable', `issuer is "${found}", expected "${expected}"${cause}`)
    this.found = found
    this.isDowngraded = isDowngraded
  }
}

/** Where an OP may publish its metadata: OIDC Discovery 1.0, 4; RFC 8414, 3 and 5. */
export function listMetadataPaths(issuer: string): string[] {
  const below = new URL(issuer).pathname.replace(/\/$/, '')
  return ['openid-configuration', 'oauth-authorization-server'].flatMap((name) => [
    `${below}/.well-known/${name}`,
    `/.well-known/${name}${below}`,
  ])
}

/**
 * Reads the OP's metadata from its well-known place (OIDC Discovery 1.0, 4) through the upstream connection.
 *
 * @param issuer `provider.issuer`. The document must name it; only a slash at the end of an origin may differ, and
 *   then the document's spelling counts.
 * @throws Refusal of the connection, or `provider_unavailable`: the OP is busy or its document can't be right.
 */
export async function discover(
  issuer: string,
  upstream: UpstreamConnection,
  signal: AbortSignal,
): Promise<Discovery> {
  const place = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const response = await upstream.fetch(place, { headers: { accept: 'application/json' }, signal })
  const { status } = response
  const reason = `discovery at ${place.pathname} answered ${status}`
  if (status >= 500 || status === 429) throw new Refusal('provider_unavailable', reason)
  if (status !== 200) return { found: false, reason }
  const document = parseJson(await response.text())
  if (document === undefined) return { found: false, reason: `${reason} without JSON` }
  return { found: true, metadata: readMetadata(document, issuer) }
}

function readMetadata(document: unknown, issuer: string): ServerMetadata {
  const parsed = metadataSchema.safeParse(document)
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.') || 'all of it')
    throw new Refusal('provider_unavailable', `discovery is not readable: ${names.join(', ')}`)
  }
  const found = parsed.data.issuer
  if (new URL(found).href !== new URL(issuer).href) throw new IssuerMismatch(found, issuer)
  return parsed.data as ServerMetadata
}

/** Some OPs write null for what they don't have; that is the same as leaving it out. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value) => (value === null ? undefined : value))
  } catch {
    return undefined
  }
}
