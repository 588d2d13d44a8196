import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { text } from './text.ts'

const fix = `read the file with \${file:/path/to/file.pem}`

const blocks = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g

/** One or more certificates in PEM; every one of them has to be readable. */
export const certificates = () => text(fix, findCertificateFault)

/** A private key in PEM that needs no passphrase. */
export const privateKey = () => text(fix, findKeyFault)

/** The certificates of a PEM text that was accepted, in its order. The first is the server's own. */
export function readCertificates(pem: string): X509Certificate[] {
  return listBlocks(pem, /CERTIFICATE$/).map((block) => new X509Certificate(block))
}

/** Why a server, or a client, can't use this certificate with this key; undefined if it can, or if one is unreadable. */
export function findPairFault(cert: unknown, key: unknown): string | undefined {
  if (typeof cert !== 'string' || typeof key !== 'string') return undefined
  if (findCertificateFault(cert) !== undefined || findKeyFault(key) !== undefined) return undefined
  const [own] = readCertificates(cert)
  if (!own?.checkPrivateKey(createPrivateKey(key))) return 'does not belong to the certificate'
  return isReadable(() => createSecureContext({ cert, key })) ? undefined : "can't be used by OpenSSL"
}

/**
 * Why this key can't sign with this algorithm (RFC 7518 3.1, RFC 8037 3.1); undefined if it can, or if it is unreadable.
 */
export function findSigningFault(key: unknown, algorithm: unknown): string | undefined {
  if (typeof key !== 'string' || typeof algorithm !== 'string' || findKeyFault(key) !== undefined)
    return undefined
  if (listBlocks(key, /^PRIVATE KEY$/).length === 0) return 'is not in PKCS #8'
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(key)
  const signs = new Map([
    ['ES256', type === 'ec' && details?.namedCurve === 'prime256v1'],
    ['RS256', type === 'rsa' && Number(details?.modulusLength) >= 2048],
    ['EdDSA', type === 'ed25519'],
  ])
  return signs.get(algorithm) === false ? `can't sign ${algorithm}` : undefined
}

function findCertificateFault(pem: string): string | undefined {
  const found = listBlocks(pem, /CERTIFICATE$/)
  if (found.length === 0) return nameWrongKind(pem, /PRIVATE KEY$/, 'is a private key, not a certificate')
  return found.every((block) => isReadable(() => new X509Certificate(block)))
    ? undefined
    : "holds a certificate that can't be read"
}

function findKeyFault(pem: string): string | undefined {
  const [key] = listBlocks(pem, /PRIVATE KEY$/)
  if (key === undefined) return nameWrongKind(pem, /CERTIFICATE$/, 'is a certificate, not a private key')
  // OpenSSL would ask the terminal for the passphrase.
  if (key.includes('ENCRYPTED')) return 'is an encrypted key, which needs a passphrase; decrypt it'
  return isReadable(() => createPrivateKey(key)) ? undefined : "is a key that can't be read"
}

const nameWrongKind = (pem: string, other: RegExp, fault: string): string =>
  listBlocks(pem, other).length > 0 ? fault : 'is not PEM text'

function listBlocks(pem: string, label: RegExp): string[] {
  return Array.from(pem.matchAll(blocks))
    .filter(([, name = '']) => label.test(name))
    .map(([block]) => block)
}

function isReadable(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
