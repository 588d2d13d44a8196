// `npm run totp -- KEY`: the code that an authenticator app would show now, for who has no phone at hand.
import { Secret, TOTP } from 'otpauth'

try {
  const key = process.argv.slice(2).join('').replaceAll(/\s/g, '')
  if (key === '') throw new Error('no key')
  process.stdout.write(`${new TOTP({ secret: Secret.fromBase32(key.toUpperCase()) }).generate()}\n`)
} catch {
  process.stderr.write('write the setup key that the page shows: npm run totp -- ABCD EFGH …\n')
  process.exitCode = 2
}
