import type { MessagePage } from './page.ts'
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

/** The name that people know for a verification method of Authsignal. New ones are shown by their own name. */
function describeMethod(method: string): Text | { readonly word: string } {
  const text = textOf.get(method)
  if (text !== undefined) return text
  const words = method.toLowerCase().replaceAll('_', ' ').trim()
  return { word: words.charAt(0).toUpperCase() + words.slice(1) }
}

export interface ChallengePageOptions {
  readonly challengeUrl: string
  readonly supportId: string
  readonly uiLocales?: string | undefined
  /** The only verification methods that will count; the page waits until the person has read of them. */
  readonly acceptedMethods?: readonly string[] | undefined
  /** The challenge is an enrolment that may be left for later, until a time in epoch milliseconds. */
  readonly skip?: { readonly href: string; readonly until: number } | undefined
}

/**
 * The hop to Authsignal. A page and not a redirect, since the `form-action` of the page that started the sign-in
 * binds every redirect that follows its form (CSP Level 3, form-action).
 */
export function challengePage(options: ChallengePageOptions): MessagePage {
  const { challengeUrl, supportId, uiLocales, acceptedMethods = [], skip } = options
  const frame = { template: 'message', statusCode: 200, supportId, uiLocales, keepsOpener: true } as const
  const accepted = acceptedMethods.map(describeMethod)
  const rule =
    accepted.length > 0
      ? [{ key: 'challengeAccepted', values: { methods: { anyOf: accepted } } } as const]
      : []
  if (skip) {
    return {
      ...frame,
      title: 'setUpTitle',
      paragraphs: ['setUpText', ...rule, { key: 'setUpUntil', values: { until: { time: skip.until } } }],
      links: [
        { href: challengeUrl, label: 'setUpNow' },
        { href: skip.href, label: 'setUpLater' },
      ],
    }
  }
  const links = [{ href: challengeUrl, label: 'challengeGo' }] as const
  return accepted.length > 0
    ? { ...frame, title: 'challengeTitle', paragraphs: ['challengeAsk', ...rule], links }
    : { ...frame, title: 'challengeTitle', paragraphs: ['challengeText'], links, refreshTo: challengeUrl }
}
