import type { Config } from '../config/schema/schema.ts'
import { publicAddressCode } from '../http/private-lookup.ts'
import { type Inspection, inspectProvider } from '../provider/inspect-provider.ts'
import { IssuerMismatch } from '../provider/metadata.ts'
import { Refusal } from '../refusal.ts'
import { findCode } from './find-code.ts'
import { type Finding, fine, wrong } from './finding.ts'
import type { Setting } from './setting.ts'
import { describeTlsFault } from './tls-fault.ts'

/** An operator waits no longer for the OP, in milliseconds. */
const longestMs = 10_000

/** Reads the OP's metadata as a starting gateway does. If it can be used, `provider` is ready afterwards. */
export async function examineProvider(
  { config, upstream, provider }: Pick<Setting, 'config' | 'upstream' | 'provider'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const limit = AbortSignal.timeout(Math.min(config.upstream.timeout, longestMs))
  const found = await inspectProvider(config, upstream, AbortSignal.any([signal, limit]))
  if (found.kind === 'unusable') return [explainUnusable(config, found)]
  provider.start()
  await provider.ready()
  return [fine(found.source)]
}

/** Why the OP's metadata can't be used. */
export function explainUnusable(
  config: Config,
  { error, reason }: Extract<Inspection, { kind: 'unusable' }>,
): Finding {
  const { url } = config.upstream
  if (error instanceof IssuerMismatch) return explainIssuer(config, error)
  if (!(error instanceof Refusal)) return wrong('provider_metadata', reason, 'correct the paths in provider')
  switch (error.code) {
    case 'upstream_timeout':
      return wrong(
        'provider_timeout',
        `the OP at ${url} does not answer in time`,
        'start it, or correct upstream.url',
      )
    case 'upstream_unreadable':
      return wrong(
        'provider_unreadable',
        `what answers at ${url} can't be read: ${error.message}`,
        'correct the scheme and port in upstream.url',
      )
    case 'upstream_unreachable':
      return explainConnection(config, findCode(error.cause))
    default:
      return wrong('provider_metadata', reason, 'correct provider.issuer or provider.endpoints, or the OP')
  }
}

function explainIssuer({ provider }: Config, { found, isDowngraded }: IssuerMismatch): Finding {
  const about = `the OP calls itself ${found}, and provider.issuer is ${provider.issuer}`
  const headers = 'X-Forwarded-Host and X-Forwarded-Proto of the gateway'
  return wrong(
    'issuer_mismatch',
    about,
    isDowngraded
      ? `have the OP believe ${headers}`
      : `set provider.issuer: ${found}; if that is an address of the OP's own, have it use ${headers}`,
  )
}

function explainConnection({ upstream }: Config, code: string): Finding {
  const { url } = upstream
  const fault = describeTlsFault(code)
  if (fault !== undefined) {
    const fix =
      "set upstream.tls.ca to the OP's CA, name in upstream.url a host of its certificate, or renew it"
    return wrong('provider_tls', `the OP at ${url}: ${fault}`, fix)
  }
  if (code === publicAddressCode) {
    const about = `the host of ${url} is on a public address, to which passwords would travel unencrypted`
    return wrong('provider_plain_http', about, 'use https in upstream.url, or a private address')
  }
  return wrong(
    'provider_unreachable',
    `the OP can't be reached at ${url} (${code})`,
    'start it, or correct upstream.url',
  )
}
