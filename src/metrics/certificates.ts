import { readCertificates } from '../config/schema/pem.ts'
import type { Config } from '../config/schema/schema.ts'

/** When the certificates of the configuration expire, in seconds since the epoch, by the key that holds them. */
export function findExpiries(
  config: Pick<Config, 'listen' | 'upstream' | 'store'>,
): ReadonlyMap<string, number> {
  const { listen, upstream, store } = config
  const kept = {
    'listen.tls.cert': listen.tls?.cert,
    'upstream.tls.ca': upstream.tls.ca,
    'upstream.tls.cert': upstream.tls.cert,
    ...(store !== 'memory' && { 'store.tls.ca': store.tls.ca, 'store.tls.cert': store.tls.cert }),
  }
  return new Map(
    Object.entries(kept).flatMap(([key, pem]) => (pem === undefined ? [] : [[key, firstToExpire(pem)]])),
  )
}

/** A chain is as good as the first of its certificates to expire. */
const firstToExpire = (pem: string): number =>
  Math.min(...readCertificates(pem).map(({ validTo }) => Date.parse(validTo) / 1000))
