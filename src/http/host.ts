import { Refusal } from '../refusal.ts'

/**
 * Requires that a request names one of the gateway's own hosts.
 *
 * @param allowed lower-case hosts, with a port where it isn't 80 or 443.
 * @throws Refusal `unknown_host` if there is no Host header, more than one, or another name in it (RFC 9112 3.2).
 */
export function requireKnownHost(rawHeaders: readonly string[], allowed: ReadonlySet<string>): void {
  const hosts = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host',
  )
  const [host] = hosts
  if (host === undefined || /* guard: one-host */ hosts.length > 1) {
    throw new Refusal('unknown_host', `expected one Host header, got ${hosts.length}`)
  }
  // guard: known-host
  if (!allowed.has(host.toLowerCase()) && !allowed.has(normalizeHost(host))) {
    throw new Refusal('unknown_host', 'expected the host of publicUrl or one of hosts', { value: host })
  }
}

/** A host in lower case, without a port that is the default of http or https. */
export function normalizeHost(host: string): string {
  return host.toLowerCase().replace(/:(?:80|443)$/, '')
}
