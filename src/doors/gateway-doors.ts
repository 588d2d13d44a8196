import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { hostOf } from '../config/schema/network.ts'
import { readCertificates } from '../config/schema/pem.ts'
import type { Config } from '../config/schema/schema.ts'
import { advise, type Door } from './doors.ts'

const dayMs = 86_400_000

/** Renewals that nobody attends to run a month before the end; this is late enough to mean that they failed. */
export const soonDays = 14

/**
 * What can break all sign-ins and shows in the configuration alone: certificates, and who terminates TLS.
 *
 * @param now epoch milliseconds.
 */
export function findGatewayDoors(config: Config, now: number): Door[] {
  const { listen, upstream } = config
  return [
    ...findDates('listen.tls.cert', listen.tls?.cert, now),
    ...findOtherHost(config),
    ...findProxies(config),
    ...findDates('upstream.tls.cert', upstream.tls.cert, now),
    ...findDates('upstream.tls.ca', upstream.tls.ca, now),
  ]
}

function* findDates(subject: string, pem: string | undefined, now: number): Generator<Door> {
  if (pem === undefined) return
  for (const { validFrom, validTo } of readCertificates(pem)) {
    const meaning = describeDates({ validFrom, validTo }, now)
    if (meaning !== undefined)
      yield { level: 'breaks', subject, meaning, ...advise('write a certificate that is valid') }
  }
}

/**
 * What is wrong with the time in which a certificate is valid; undefined if nothing is.
 *
 * @param now epoch milliseconds.
 */
export function describeDates(
  { validFrom, validTo }: Pick<X509Certificate, 'validFrom' | 'validTo'>,
  now: number,
): string | undefined {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10)
  if (now < from) return `a certificate is valid from ${day(from)} only`
  if (now > to) return `a certificate expired on ${day(to)}`
  if (to - now < soonDays * dayMs)
    return `a certificate expires on ${day(to)}, in ${Math.floor((to - now) / dayMs)} days`
  return undefined
}

/** Behind a proxy that encrypts again, the certificate may have a name of its own. */
function* findOtherHost({ publicUrl, listen, trustedProxies }: Config): Generator<Door> {
  const [own] = listen.tls === undefined || trustedProxies.length > 0 ? [] : readCertificates(listen.tls.cert)
  const host = hostOf(new URL(publicUrl).hostname)
  if (own === undefined || (isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host)) !== undefined) return
  const meaning = `the certificate does not name ${host}, so browsers and clients refuse it`
  yield {
    level: 'breaks',
    subject: 'listen.tls.cert',
    meaning,
    ...advise("write a certificate for publicUrl's host"),
  }
}

function* findProxies({ publicUrl, listen, trustedProxies, forwardingHeader }: Config): Generator<Door> {
  if (!publicUrl.startsWith('https:') || listen.tls !== undefined || trustedProxies.length > 0) return
  const meaning =
    'something in front terminates TLS, and is believed nothing: all users seem to have its address, and share the limits by address'
  const todo = advise(`list the addresses of what is in front, which has to set ${forwardingHeader}`)
  yield { level: 'breaks', subject: 'trustedProxies', meaning, ...todo }
}
