import t from 'tap'
import { amrOfMethod, readAmr } from '../../src/policy/amr.ts'

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

const claims: [claim: unknown, amr: string[]][] = [
  [
    ['pwd', 'otp'],
    ['pwd', 'otp'],
  ],
  ['mfa', ['mfa']],
  [[], []],
  [undefined, []],
  [null, []],
  [1, []],
  [['mfa', 1], []],
  [[['mfa']], []],
  [{ 0: 'mfa' }, []],
]

for (const [claim, amr] of claims) {
  t.test(`an ID token with the amr ${JSON.stringify(claim)}`, async (t) => {
    t.strictSame(readAmr(claim), amr)
  })
}
