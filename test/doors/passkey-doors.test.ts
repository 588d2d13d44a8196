import t from 'tap'
import { configSchema } from '../../src/config/schema/schema.ts'
import { findSignInDoors } from '../../src/doors/passkey-doors.ts'
import { valid } from '../config/valid.ts'

const signIn = { loginPaths: ['/login', '/sso/*'], field: 'user' }

function find(how: Record<string, unknown>) {
  const { passkeys } = configSchema.parse({
    ...valid,
    passkeys: { tenantId: 't', signIn: { ...signIn, ...how } },
  })
  if (!passkeys?.signIn) throw new Error('there is no such sign-in')
  return [...findSignInDoors(passkeys.signIn)].map(({ level, subject }) => `${level} ${subject}`)
}

t.test('what a sign-in by passkey opens', async (t) => {
  t.same(find({ header: { name: 'Auth-User' } }), ['open header Auth-User', 'info passkeys'])
  const jwt = { path: '/sso', algorithm: 'HS256', secret: 'a secret of thirty-two characters' }
  t.same(find({ jwt }), ['info JWT at /sso', 'info passkeys'])
})
