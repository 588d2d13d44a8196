import type { PasskeySignIn } from '../config/schema/schema.ts'
import { advise, type Door } from './doors.ts'

/** What the sign-in by passkey opens at the OP. */
export function* findSignInDoors({ header, jwt, loginPaths, field }: PasskeySignIn): Generator<Door> {
  if (header) {
    const meaning = 'whoever reaches the OP around the gateway signs in as anybody with it'
    const todo = advise(
      'let the OP listen behind the gateway only, and take the header from its address only',
    )
    yield { level: 'open', subject: `header ${header.name}`, meaning, ...todo }
  }
  if (jwt) {
    const meaning = `signed with ${jwt.algorithm}; the OP must take each once, for one minute`
    yield { level: 'info', subject: `JWT at ${jwt.path}`, meaning }
  }
  const meaning = `offered in the field ${field} at ${loginPaths.join(', ')}`
  yield { level: 'info', subject: 'passkeys', meaning }
}
