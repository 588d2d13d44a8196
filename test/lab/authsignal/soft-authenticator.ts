import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import {
  authenticatorData,
  clientData,
  type Forgery,
  type SoftAuthenticatorOptions,
  type SoftCredential,
  toCose,
} from './soft-credential.ts'

export {
  type Forgery,
  type SoftAuthenticatorOptions,
  type SoftCredential,
  toVirtualCredential,
} from './soft-credential.ts'

/**
 * An authenticator and its browser in one, in software: WebAuthn level 2, ES256, resident keys, attestation
 * `none`. It checks nothing, so that it also answers what a browser would refuse: `origin` is the page's.
 */
export class SoftAuthenticator {
  readonly credentials: SoftCredential[] = []
  readonly #options: Required<SoftAuthenticatorOptions>

  constructor(options: SoftAuthenticatorOptions = {}) {
    const zero = '00000000-0000-0000-0000-000000000000'
    this.#options = { aaguid: zero, userVerified: true, synced: true, attachment: 'platform', ...options }
  }

  /** `navigator.credentials.create`: makes a resident key. Throws if it has one that is to be excluded. */
  register(
    options: PublicKeyCredentialCreationOptionsJSON,
    origin: string,
    forgery: Forgery = {},
  ): RegistrationResponseJSON {
    const excluded = options.excludeCredentials?.map(({ id }) => id) ?? []
    if (this.credentials.some(({ credentialId }) => excluded.includes(credentialId)))
      throw new Error('InvalidStateError: this authenticator has a passkey of the user')
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const credential: SoftCredential = {
      credentialId: randomBytes(32).toString('base64url'),
      rpId: options.rp.id ?? new URL(origin).hostname,
      userHandle: options.user.id,
      privateKey,
      publicKey: toCose(publicKey),
      signCount: 0,
    }
    this.credentials.push(credential)
    const { attachment, aaguid } = this.#options
    const id = Buffer.from(credential.credentialId, 'base64url')
    const idLength = Buffer.alloc(2)
    idLength.writeUInt16BE(id.length)
    const authData = Buffer.concat([
      authenticatorData(credential, this.#options, forgery, true),
      Buffer.from(aaguid.replaceAll('-', ''), 'hex'),
      idLength,
      id,
      credential.publicKey,
    ])
    const attestation = new Map<string, string | Uint8Array | Map<string, string>>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ])
    return {
      id: credential.credentialId,
      rawId: credential.credentialId,
      type: 'public-key',
      authenticatorAttachment: attachment,
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: clientData('webauthn.create', options.challenge, origin, forgery).toString(
          'base64url',
        ),
        attestationObject: Buffer.from(isoCBOR.encode(attestation)).toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    }
  }

  /** `navigator.credentials.get`: signs with the newest key that fits. Throws if there is none. */
  assert(
    options: PublicKeyCredentialRequestOptionsJSON,
    origin: string,
    forgery: Forgery = {},
  ): AuthenticationResponseJSON {
    const allowed = options.allowCredentials?.map(({ id }) => id) ?? []
    const rpId = options.rpId ?? new URL(origin).hostname
    const credential = this.credentials.findLast(
      (one) => one.rpId === rpId && (allowed.length === 0 || allowed.includes(one.credentialId)),
    )
    if (credential === undefined) throw new Error('NotAllowedError: no passkey fits')
    if (!this.#options.synced) credential.signCount += 1
    const authData = authenticatorData(credential, this.#options, forgery)
    const data = clientData('webauthn.get', options.challenge, origin, forgery)
    const signed = Buffer.concat([authData, createHash('sha256').update(data).digest()])
    const signature = sign('sha256', signed, credential.privateKey)
    if (forgery.spoilSignature === true) signature[signature.length - 1] = 1 ^ (signature.at(-1) ?? 0)
    const { userHandle = credential.userHandle, credentialId = credential.credentialId } = forgery
    return {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      authenticatorAttachment: this.#options.attachment,
      clientExtensionResults: {},
      response: {
        clientDataJSON: data.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle !== null && { userHandle }),
      },
    }
  }
}
