import type { JWTVerifyGetKey } from 'jose'
import { type Authsignal, createAuthsignal } from '../authsignal/authsignal.ts'
import type { Config } from '../config/schema/schema.ts'
import { createProofs, type Proofs } from '../instance/proofs.ts'
import { createKeys } from '../provider/keys.ts'
import { createProvider, type Provider } from '../provider/provider.ts'
import { createLog } from '../telemetry/log.ts'
import { connectUpstream, type UpstreamConnection } from '../upstream/connection.ts'
import { type ClockReadings, createClockReadings } from './clock-readings.ts'
import type { Dialog } from './dialog.ts'

/** What `doctor` was asked to do besides. */
export interface Wishes {
  /** Whether to track each action once, for a user of its own. */
  readonly track: boolean
  /** With whom to sign in; nobody's sign-in is examined without. */
  readonly dialog?: Dialog | undefined
}

/** What the examinations work with. */
export interface Setting extends Wishes {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly upstream: UpstreamConnection
  /** Ready once the examination `provider` found nothing wrong. */
  readonly provider: Provider
  readonly keys: JWTVerifyGetKey
  readonly authsignal: Authsignal
  readonly clocks: ClockReadings
  readonly proofs: Proofs
  /** Where Authsignal's API is, in each of its regions. */
  readonly regions: readonly string[]
  close(): Promise<void>
}

export const authsignalRegions: readonly string[] = ['', 'au.', 'eu.', 'ca.'].map(
  (region) => `https://${region}api.authsignal.com/v1`,
)

/** An operator waits no longer than this for one answer of Authsignal, in milliseconds. */
const longestCallMs = 10_000

/** Opens no connection yet. Nothing is logged: what is found is reported. */
export function openSetting(
  config: Config,
  env: Setting['env'],
  wishes: Wishes,
  {
    now = Date.now,
    regions = authsignalRegions,
  }: { readonly now?: () => number; readonly regions?: readonly string[] } = {},
): Setting {
  const clocks = createClockReadings(now)
  const upstream = connectUpstream(config, clocks.provider)
  const provider = createProvider(config, upstream, createLog({ level: 'silent' }))
  const timeout = Math.min(config.authsignal.timeout, longestCallMs)
  return {
    ...wishes,
    config,
    env,
    now,
    upstream,
    provider,
    keys: createKeys(provider, upstream),
    authsignal: createAuthsignal({ ...config.authsignal, timeout }, clocks.authsignal),
    clocks,
    proofs: createProofs(config),
    regions,
    close: async () => {
      await provider.close()
      await upstream.close()
    },
  }
}
