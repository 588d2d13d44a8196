import type { JWTVerifyGetKey } from 'jose'
import type { Authsignal } from './authsignal/authsignal.ts'
import type { Config } from './config/schema/schema.ts'
import type { CookieRules } from './http/own-cookie.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Pages } from './pages/pages.ts'
import type { Policies } from './policy/policies.ts'
import type { AskUser } from './probe/ask-user.ts'
import type { KeyReadings } from './provider/key-readings.ts'
import type { Provider } from './provider/provider.ts'
import type { Epochs } from './records/epochs.ts'
import type { Records } from './records/records.ts'
import type { Audit, AuditWatch } from './telemetry/audit.ts'
import type { AuthsignalCalls } from './telemetry/authsignal-calls.ts'
import type { Clocks } from './telemetry/clocks.ts'
import type { Log } from './telemetry/log.ts'
import type { Reloads } from './telemetry/reloads.ts'
import type { Tracing } from './tracing/tracing.ts'
import type { UpstreamConnection } from './upstream/connection.ts'

/** What the process has, whatever its configuration says. */
export interface ProcessServices {
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Tells this process from others. */
  readonly instanceId: string
  readonly authsignalCalls: AuthsignalCalls
  readonly clocks: Clocks
  readonly keyReadings: KeyReadings
  readonly reloads: Reloads
  readonly auditWatches: readonly AuditWatch[]
  readonly metrics: Metrics
  /** Absent where nobody asked for it. */
  readonly tracing?: Tracing | undefined
}

/**
 * What the gateway builds once from its configuration. A function takes only what it needs of it, as
 * `Pick<Services, …>`; what is merely a function of these is no service.
 */
export interface Services extends Pick<ProcessServices, 'now' | 'authsignalCalls' | 'metrics' | 'tracing'> {
  readonly config: Config
  readonly policies: Policies
  readonly records: Records
  readonly epochs: Epochs
  readonly authsignal: Authsignal
  readonly upstream: UpstreamConnection
  readonly provider: Provider
  /** The OP's keys, for `jwtVerify`. */
  readonly keys: JWTVerifyGetKey
  readonly askUser: AskUser
  readonly audit: Audit
  readonly pages: Pages
  readonly cookie: CookieRules
  /** What takes the place of the same services where `monitor` finds out what `enforce` would do; absent where nobody is watched. */
  readonly forecast?: Pick<Services, 'policies' | 'records' | 'audit'> | undefined
}
