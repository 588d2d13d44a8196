import { once } from 'node:events'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { hostOf } from '../config/schema/network.ts'
import { findCode } from './find-code.ts'

/** The certificate with which a server introduces itself. */
export interface PeerCertificate {
  readonly validFrom: string
  readonly validTo: string
  readonly fingerprint256: string
  /** The code of the reason not to trust it, if there is one. */
  readonly faults: readonly string[]
}

/**
 * Begins a TLS connection and sends nothing over it.
 *
 * @param url whose host and port are connected to.
 * @param ca instead of the roots that Node trusts.
 * @throws the error of the connection.
 */
export async function readPeerCertificate(
  url: URL,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<PeerCertificate> {
  const host = hostOf(url.hostname)
  const socket = connect({
    host,
    port: Number(url.port) || 443,
    servername: isIP(host) === 0 ? host : '',
    // It is looked at, and not relied on.
    rejectUnauthorized: false,
    ...(ca !== undefined && { ca }),
  })
  try {
    await once(socket, 'secureConnect', { signal })
    return describe(socket)
  } finally {
    socket.on('error', () => undefined).destroy()
  }
}

function describe(socket: TLSSocket): PeerCertificate {
  const { valid_from: validFrom, valid_to: validTo, fingerprint256 } = socket.getPeerCertificate()
  return {
    validFrom,
    validTo,
    fingerprint256,
    faults: socket.authorized ? [] : [findCode(socket.authorizationError)],
  }
}
