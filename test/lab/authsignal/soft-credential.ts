import { createHash, type KeyObject } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** A resident key of a software authenticator. */
export type SoftCredential = {
  readonly credentialId: string
  readonly rpId: string
  /** Base64url, as the server named the user. */
  readonly userHandle: string
  readonly privateKey: KeyObject
  /** COSE, ES256. */
  readonly publicKey: Uint8Array<ArrayBuffer>
  signCount: number
}

/** What an attack changes of an otherwise honest answer. */
export type Forgery = {
  readonly challenge?: string
  readonly type?: string
  readonly rpId?: string
  /** Base64url; null leaves it out. */
  readonly userHandle?: string | null
  readonly credentialId?: string
  readonly crossOrigin?: boolean
  readonly signCount?: number
  readonly userPresent?: boolean
  readonly userVerified?: boolean
  /** Flips a bit of the signature. */
  readonly spoilSignature?: boolean
}

/** What authenticators differ in. */
export type SoftAuthenticatorOptions = {
  readonly aaguid?: string
  readonly userVerified?: boolean
  /** Synced between devices, as most passkeys are: no signature counter then. */
  readonly synced?: boolean
  readonly attachment?: 'platform' | 'cross-platform'
}

const flag = { userPresent: 1, userVerified: 4, backupEligible: 8, backedUp: 16, attested: 64 }

/** WebAuthn 6.1, up to the attested credential data. */
export function authenticatorData(
  credential: SoftCredential,
  options: Required<SoftAuthenticatorOptions>,
  forgery: Forgery,
  isAttested = false,
): Buffer {
  const { userPresent = true, userVerified = options.userVerified } = forgery
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(forgery.signCount ?? credential.signCount)
  const flags =
    (userPresent ? flag.userPresent : 0) |
    (userVerified ? flag.userVerified : 0) |
    (options.synced ? flag.backupEligible | flag.backedUp : 0) |
    (isAttested ? flag.attested : 0)
  const rpIdHash = createHash('sha256')
    .update(forgery.rpId ?? credential.rpId)
    .digest()
  return Buffer.concat([rpIdHash, Buffer.from([flags]), counter])
}

/** The same key for Chromium's virtual authenticator: `WebAuthn.addCredential` of the DevTools protocol. */
export function toVirtualCredential(credential: SoftCredential) {
  const { credentialId, privateKey, rpId, signCount, userHandle } = credential
  const base64 = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  return {
    credentialId: base64(credentialId),
    isResidentCredential: true,
    rpId,
    userHandle: base64(userHandle),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    signCount,
  }
}

/** WebAuthn 5.8.1. */
export function clientData(type: string, challenge: string, origin: string, forgery: Forgery): Buffer {
  const { crossOrigin = false } = forgery
  return Buffer.from(
    JSON.stringify({
      type: forgery.type ?? type,
      challenge: forgery.challenge ?? challenge,
      origin,
      crossOrigin,
    }),
  )
}

/** RFC 9053 7.1.1: an EC2 key of P-256 for ES256. */
export function toCose(publicKey: KeyObject): Uint8Array<ArrayBuffer> {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
  const key = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ])
  return isoCBOR.encode(key)
}
