const AMR_OF_METHOD: ReadonlyMap<string, string> = new Map([
  ['AUTHENTICATOR_APP', 'otp'],
  ['EMAIL_OTP', 'otp'],
  ['WHATSAPP', 'otp'],
  ['SMS', 'sms'],
  ['SECURITY_KEY', 'hwk'],
  ['PASSKEY', 'swk'],
])

/**
 * The amr values (RFC 8176) that a passed step-up adds to those of the OP.
 *
 * @param verificationMethod Authsignal's word for it; an open set, so one that RFC 8176 has no value for adds `mfa` alone.
 */
export function amrOfMethod(verificationMethod: string): readonly string[] {
  const amr = AMR_OF_METHOD.get(verificationMethod)
  return amr === undefined ? ['mfa'] : [amr, 'mfa']
}

/**
 * The authentication methods that an ID token names (RFC 8176). Some OPs write one method as text, where the standard
 * has an array.
 *
 * @param claim the value of `amr`.
 * @returns an empty list if anything in it is not text.
 */
export function readAmr(claim: unknown): readonly string[] {
  const methods: unknown[] = Array.isArray(claim) ? claim : [claim]
  return methods.every((method) => typeof method === 'string') ? methods : []
}
