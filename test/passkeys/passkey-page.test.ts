import t from 'tap'
import { toShown } from '../../src/passkeys/passkey-page.ts'

const passkey = { id: 'p', createdAt: 0, lastUsedAt: undefined }

t.test('what a passkey goes by', async (t) => {
  for (const [authenticator, name, shown] of [
    ['iCloud Keychain', 'Safari on macOS', { name: 'iCloud Keychain', addedWith: 'Safari on macOS' }],
    [undefined, 'Safari on macOS', { name: 'Safari on macOS' }],
    [undefined, undefined, { name: 'Passkey' }],
  ] as const) {
    t.match(toShown({ ...passkey, authenticator, name }), shown)
  }
})
