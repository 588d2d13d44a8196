import { Secret } from 'otpauth'
import type { People, Person } from '../kit.ts'

/** Keycloak keeps a TOTP secret as the text whose bytes the authenticator app gets in base32. */
const totpText = 'only-for-dave-in-lab'

/** Who is in the realm. Ids are given beforehand: they are the `sub` of each. */
export const keycloakPeople: People = {
  alice: makePerson('alice', '1'),
  bob: makePerson('bob', '2'),
  dave: { ...makePerson('dave', '4'), totpSecret: Secret.fromUTF8(totpText).base32 },
}

/** Has to choose a new password at the next sign-in (a required action). */
export const erin: Person = makePerson('erin', '5')

/** The address to which the realm sends mail for a person. */
export const mailAddressOf = ({ username }: Person): string => `${username}@example.com`

/** The users of a realm's JSON. */
export function describeUsers(): Record<string, unknown>[] {
  const { alice, bob, dave } = keycloakPeople
  const totp = {
    type: 'otp',
    userLabel: 'phone',
    secretData: JSON.stringify({ value: totpText }),
    credentialData: JSON.stringify({
      subType: 'totp',
      digits: 6,
      counter: 0,
      period: 30,
      algorithm: 'HmacSHA1',
    }),
  }
  return [
    describeUser(alice),
    describeUser(bob),
    describeUser(dave, [totp]),
    { ...describeUser(erin), requiredActions: ['UPDATE_PASSWORD'] },
  ]
}

function makePerson(username: string, digit: string): Person {
  return { username, password: username, subject: `${digit.repeat(8)}-0000-4000-8000-000000000000` }
}

/** A user whose profile lacks nothing: Keycloak would ask for it at the first sign-in. */
function describeUser(person: Person, credentials: readonly unknown[] = []): Record<string, unknown> {
  const { username, password, subject } = person
  return {
    id: subject,
    username,
    enabled: true,
    email: mailAddressOf(person),
    emailVerified: true,
    firstName: `${username.charAt(0).toUpperCase()}${username.slice(1)}`,
    lastName: 'Example',
    credentials: [{ type: 'password', value: password }, ...credentials],
    realmRoles: ['default-roles-step-up'],
  }
}
