import type { Rule } from '../../../src/stand-in/model/types.ts'

const isWeb = { '==': [{ var: 'custom.client_id' }, 'web'] }
// `amr` arrives as a comma-joined string, in which JsonLogic's `in` finds a part.
const lacksMfa = { '!': { in: ['mfa', { var: 'custom.amr' }] } }
const lacksOtp = { '!': { in: ['otp', { var: 'custom.amr' }] } }

/** Challenges whoever signs in at the client `web`. */
export const stepUpForWeb: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0001',
  name: 'step up for client web',
  isActive: true,
  priority: 10,
  type: 'CHALLENGE',
  conditions: isWeb,
}

/** Challenges whoever has not yet shown a second factor to the provider. */
export const stepUpWithoutMfa: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0002',
  name: 'step up while amr lacks mfa',
  isActive: true,
  priority: 20,
  type: 'CHALLENGE',
  conditions: lacksMfa,
}

/** The same for any OP: some name the method (`otp`) and not that there was more than one (`mfa`). */
export const stepUpWithoutSecondFactor: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0004',
  name: 'step up while amr lacks otp and mfa',
  isActive: true,
  priority: 20,
  type: 'CHALLENGE',
  conditions: { and: [lacksMfa, lacksOtp] },
}

/** The demo's rule: client `web`, and only while amr lacks mfa. */
export const stepUpForWebWithoutMfa: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0003',
  name: 'step up for client web while amr lacks mfa',
  isActive: true,
  priority: 0,
  type: 'CHALLENGE',
  conditions: { and: [isWeb, lacksMfa] },
}

/** Challenges whoever opens the page for passkeys. */
export const stepUpForPasskeyPage: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0010',
  name: 'step up for the passkey page',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
  actionCode: 'passkeys',
}

/**
 * MFA by a code that is mailed, for everybody, or for one client, one user or that user at that client. The
 * address is track's `email`: the enrolment page shows it and lets nobody change it.
 */
export function stepUpByEmail(
  who: { readonly clientId?: string; readonly userId?: string } = {},
  priority = 5,
): Rule {
  const { clientId, userId } = who
  const conditions = [
    ...(clientId === undefined ? [] : [{ '==': [{ var: 'custom.client_id' }, clientId] }]),
    ...(userId === undefined ? [] : [{ '==': [{ var: 'user.id' }, userId] }]),
  ]
  return {
    ruleId: `6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a1${String(priority).padStart(3, '0')}`,
    name: ['step up by email', clientId && `for client ${clientId}`, userId && `for user ${userId}`]
      .filter(Boolean)
      .join(' '),
    isActive: true,
    priority,
    type: 'CHALLENGE',
    ...(conditions.length > 0 && { conditions: { and: conditions } }),
    verificationMethods: ['EMAIL_OTP'],
    defaultVerificationMethod: 'EMAIL_OTP',
  }
}
