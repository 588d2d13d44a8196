import type { Text } from './text.ts'

const textOf: ReadonlyMap<string, Text> = new Map<string, Text>([
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
])

/** What people call a verification method of Authsignal, whose set is open: others go by their own name. */
export function describeMethod(method: string): Text | { readonly word: string } {
  const text = textOf.get(method)
  if (text !== undefined) return text
  const words = method.toLowerCase().replaceAll('_', ' ').trim()
  return { word: words.charAt(0).toUpperCase() + words.slice(1) }
}
