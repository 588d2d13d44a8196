import { type LookupAddress, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isInside } from '../config/schema/network.ts'

type Resolve = (
  hostname: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** In the error of a name or an address that leads out of the private network. */
export const publicAddressCode = 'PLAIN_TEXT_TO_PUBLIC_ADDRESS'

const refusePublic = (what: string, setting: string): Error =>
  Object.assign(new Error(`${what} a public address, and ${setting}`), { code: publicAddressCode })

/**
 * Refuses an address that another server named. Names pass: they are looked up.
 *
 * @throws Error where it is a public one.
 */
export function requirePrivate(host: string, setting: string): void {
  if (isIP(host) !== 0 && !isInside(host)) throw refusePublic(`${host} is`, setting)
}

/**
 * Resolves the name of a server that is called without TLS: a service name of Compose or Kubernetes leads into a private
 * network. A name that leads anywhere else, with only one of its addresses, is not connected to: passwords and codes
 * would travel in the clear.
 *
 * @param setting what the configuration says, for the error: `upstream.url is plain http`.
 * @param resolve `dns.lookup`.
 */
export function createPrivateLookup(setting: string, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const [first] = addresses
      if (!first) return callback(new Error(`${hostname} has no address`), '', 0)
      if (!addresses.every(({ address }) => isInside(address))) {
        return callback(refusePublic(`${hostname} resolves to`, setting), '', 0)
      }
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
