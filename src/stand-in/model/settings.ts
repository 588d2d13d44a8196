import type { VerificationMethod } from './types.ts'

/** What tests and the demo may turn while the stand-in runs. */
export type Settings = {
  /** The hosted pages' Cancel comes back without a token. */
  cancelWithoutToken: boolean
  /** What a second track with the same key does; the service's own answer is not known. */
  repeatedTrack: 'keep' | 'reevaluate' | 'conflict'
  /** What an update of a device does that no track has named; the service's own answer is not known. */
  unknownDevice: 'refuse' | 'create'
  tokenLifetimeMs: number
  /** Wrong codes after which an action becomes CHALLENGE_FAILED. */
  maxWrongCodes: number
  /** The tenant's methods; none: track answers AUTHENTICATOR_NOT_FOUND. */
  verificationMethods: VerificationMethod[]
  /** The `ip.*` variables of the rules engine. */
  ip: {
    isAnonymous: boolean
    countryCode: string
    countryCodeInOfacList: boolean
    impossibleTravel: boolean
    atypicalTravel: boolean
  }
  /** `device.isBot` of the rules engine. */
  isBot: boolean
  /** The WebAuthn relying party's id: the host of the pages that use passkeys, or a parent domain of it. */
  rpId: string
  /** The origins of those pages. */
  origins: string[]
  userVerification: 'required' | 'preferred' | 'discouraged'
  /** How long a challenge of the client API can be answered. */
  challengeLifetimeMs: number
  emailCodeLifetimeMs: number
}

/** A fresh tenant's settings. */
export function defaultSettings(): Settings {
  return {
    cancelWithoutToken: false,
    repeatedTrack: 'keep',
    unknownDevice: 'refuse',
    tokenLifetimeMs: 10 * 60_000,
    maxWrongCodes: 10,
    verificationMethods: ['AUTHENTICATOR_APP', 'PASSKEY', 'EMAIL_OTP', 'SMS'],
    ip: {
      isAnonymous: false,
      countryCode: 'NZ',
      countryCodeInOfacList: false,
      impossibleTravel: false,
      atypicalTravel: false,
    },
    isBot: false,
    rpId: 'localhost',
    origins: [],
    userVerification: 'preferred',
    challengeLifetimeMs: 10 * 60_000,
    emailCodeLifetimeMs: 10 * 60_000,
  }
}
