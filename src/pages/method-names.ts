import type { MessageKey } from './text.ts'

const keyOf = new Map([
  ['PASSKEY', 'methodPasskey'],
  ['SECURITY_KEY', 'methodSecurityKey'],
  ['AUTHENTICATOR_APP', 'methodAuthenticatorApp'],
  ['EMAIL_OTP', 'methodEmailCode'],
  ['EMAIL_MAGIC_LINK', 'methodEmailLink'],
  ['SMS', 'methodSms'],
  ['WHATSAPP', 'methodWhatsapp'],
  ['PUSH', 'methodPush'],
  ['QR_CODE', 'methodQrCode'],
  ['RECOVERY_CODE', 'methodRecoveryCode'],
] as const satisfies [string, MessageKey][]) as ReadonlyMap<string, NameKey>

type NameKey = Extract<
  MessageKey,
  `method${'Passkey' | 'SecurityKey' | 'AuthenticatorApp' | 'EmailCode' | 'EmailLink' | 'Sms' | 'Whatsapp' | 'Push' | 'QrCode' | 'RecoveryCode'}`
>

/** What people call a verification method of Authsignal, whose set is open: others go by their own name. */
export function describeMethod(method: string): NameKey | { readonly word: string } {
  const key = keyOf.get(method)
  if (key !== undefined) return key
  const words = method.toLowerCase().replaceAll('_', ' ').trim()
  return { word: words.charAt(0).toUpperCase() + words.slice(1) }
}
