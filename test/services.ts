import { createAuthsignal } from '../src/authsignal/authsignal.ts'
import type { Config } from '../src/config/schema/schema.ts'
import { chooseCookieRules } from '../src/http/own-cookie.ts'
import { createPages } from '../src/pages/pages.ts'
import { createPolicies } from '../src/policy/policies.ts'
import { askUser } from '../src/probe/ask-user.ts'
import { createKeys } from '../src/provider/keys.ts'
import { createProvider } from '../src/provider/provider.ts'
import { createEpochs } from '../src/records/epochs.ts'
import { createRecords } from '../src/records/records.ts'
import type { Services } from '../src/services.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import type { Store } from '../src/store/store.ts'
import { createAudit } from '../src/telemetry/audit.ts'
import { createLog } from '../src/telemetry/log.ts'
import { connectUpstream } from '../src/upstream/connection.ts'
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
  const records = others.records ?? createRecords(store, config.stepUp)
  const upstream = connectUpstream(config)
  const provider = createProvider(config, upstream, log)
  return {
    config,
    now,
    policies: createPolicies(config),
    records,
    epochs: createEpochs(records.epochs),
    authsignal: createAuthsignal(config.authsignal),
    upstream,
    provider,
    keys: createKeys(provider, upstream),
    askUser: (...question) => askUser({ config, provider, upstream, records, now }, ...question),
    audit: createAudit(log),
    pages: createPages(config.pages),
    cookie: chooseCookieRules(config),
    ...others,
    lines,
  }
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
