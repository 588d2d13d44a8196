import type { PasskeySignIn } from '../config/schema.ts'
import { advise, type Door } from './doors.ts'

/** What the sign-in by passkey opens at the OP. */
export function findSignInDoors({ header, jwt, loginPaths, field }: PasskeySignIn): Door[] {
  const offered = `offered in the field ${field} at ${loginPaths.join(', ')}`
  return [
    ...(header
      ? [
          {
            level: 'open' as const,
            subject: `header ${header.name}`,
            meaning: 'whoever reaches the OP around the gateway signs in as anybody with it',
            ...advise('let the OP listen behind the gateway only, and take the header from its address only'),
          },
        ]
      : []),
    ...(jwt
      ? [
          {
            level: 'info' as const,
            subject: `JWT at ${jwt.path}`,
            meaning: `signed with ${jwt.algorithm}; the OP must take each once, for one minute`,
          },
        ]
      : []),
    { level: 'info', subject: 'passkeys', meaning: offered },
  ]
}
