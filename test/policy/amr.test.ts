import t from 'tap'
import { amrOfMethod } from '../../src/policy/amr.ts'

const cases: [method: string, amr: string[]][] = [
  ['AUTHENTICATOR_APP', ['otp', 'mfa']],
  ['EMAIL_OTP', ['otp', 'mfa']],
  ['WHATSAPP', ['otp', 'mfa']],
  ['SMS', ['sms', 'mfa']],
  ['SECURITY_KEY', ['hwk', 'mfa']],
  ['PASSKEY', ['swk', 'mfa']],
  ['PUSH', ['mfa']],
  ['RECOVERY_CODE', ['mfa']],
  ['passkey', ['mfa']],
  ['', ['mfa']],
  ['constructor', ['mfa']],
  ['__proto__', ['mfa']],
]

for (const [method, amr] of cases) {
  t.test(`a step-up by ${JSON.stringify(method)} adds ${amr.join(', ')}`, async (t) => {
    t.strictSame(amrOfMethod(method), amr)
  })
}
