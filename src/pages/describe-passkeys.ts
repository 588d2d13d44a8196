import type { ShownPasskey } from './page.ts'
import type { Text } from './text.ts'

const dayMs = 24 * 60 * 60_000

/** A passkey in words, so that its user can tell it from the others. */
export interface DescribedPasskey {
  readonly id: string
  readonly name: string
  readonly created: Text
  readonly used: Text
}

/** Two that would read alike differ by the time of day. */
export function describePasskeys(passkeys: readonly ShownPasskey[]): DescribedPasskey[] {
  return passkeys.map((passkey) => {
    const { id, name, addedWith, createdAt, lastUsedAt } = passkey
    const hasTwin = passkeys.some((other) => other !== passkey && isAlike(other, passkey))
    const date = hasTwin ? { time: createdAt } : { date: createdAt }
    return {
      id,
      name,
      created:
        addedWith === undefined
          ? { key: 'passkeyCreated', values: { date } }
          : { key: 'passkeyCreatedWith', values: { date, place: { word: addedWith } } },
      used:
        lastUsedAt === undefined
          ? 'passkeyNeverUsed'
          : { key: 'passkeyUsed', values: { date: { date: lastUsedAt } } },
    }
  })
}

function isAlike(one: ShownPasskey, other: ShownPasskey): boolean {
  const dayOf = ({ createdAt }: ShownPasskey) => Math.floor(createdAt / dayMs)
  return one.name === other.name && one.addedWith === other.addedWith && dayOf(one) === dayOf(other)
}
