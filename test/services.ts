import type { Config } from '../src/config/schema/schema.ts'
import { createProcessServices } from '../src/create-process-services.ts'
import { createServices } from '../src/create-services.ts'
import type { Services } from '../src/services.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import type { Store } from '../src/store/store.ts'
import { createLog } from '../src/telemetry/log.ts'
import { makeConfig } from './upstream/config.ts'

export interface TestServices extends Services {
  /** What was logged, as objects. */
  readonly lines: readonly Record<string, unknown>[]
}

/**
 * The gateway's own services around what a test is about. The clock stands still at 1000 unless it is given, and nobody
 * listens at the addresses of the OP and of Authsignal.
 *
 * @param parts.store where records are kept; in memory, by the clock, if there is none.
 */
export function makeServices(
  parts: Partial<Services> & { readonly store?: Store | undefined } = {},
): TestServices {
  const { config = makeConfig({}), now = () => 1000, store = createMemoryStore(now), ...others } = parts
  const lines: Record<string, unknown>[] = []
  const log = createLog({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
  return { ...createServices(config, store, createProcessServices(log, now)), ...others, lines }
}

/** A configuration in which a passkey is a way to sign in. */
export function withPasskeySignIn(config: Config) {
  const signIn = { action: 'reserved', loginPaths: ['/login'], field: 'username', user: 'subject' } as const
  const policy = { ...config.defaults, mode: 'enforce', action: 'passkeys' } as const
  return {
    ...config,
    passkeys: { tenantId: 'tenant', policy, signIn: { ...signIn, loginPaths: ['/login'] } },
  }
}
