import type { RedisSettings } from '../../config/schema/store-schema.ts'
import { createPrivateLookup, requirePrivate } from '../../http/private-lookup.ts'

type User = { readonly username?: string | undefined; readonly password?: string | undefined }

/** More commands than can be under way within the time that one may take. */
const longestQueue = 10_000

const plainText = 'store is plain redis'

/**
 * How one server is spoken to, for @redis/client. No client connects anew by itself, or keeps a command until it has:
 * a lost connection is replaced, and in between nobody waits.
 */
export function describeConnection(settings: RedisSettings, { username, password }: User) {
  return {
    name: 'step-up-gateway',
    disableClientInfo: true,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    commandsQueueMaxLength: longestQueue,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    socket: describeSocket(settings),
  } as const
}

function describeSocket({ isTls, tls, connectTimeout }: RedisSettings) {
  const always = { reconnectStrategy: false, connectTimeout } as const
  return isTls
    ? ({ ...always, tls: true, ...tls, rejectUnauthorized: true } as const)
    : { ...always, lookup: createPrivateLookup(plainText) }
}

/**
 * For servers that other servers named.
 *
 * @param address host and port.
 * @throws Error where it is public and nothing is encrypted.
 */
export function requireAllowed({ isTls }: Pick<RedisSettings, 'isTls'>, address: string): undefined {
  if (!isTls) requirePrivate(address.slice(0, address.lastIndexOf(':')), plainText)
}
