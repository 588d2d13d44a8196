import t from 'tap'
import { countLine } from '../../src/metrics/count-line.ts'
import type { AuditFields } from '../../src/telemetry/audit-line.ts'

const web = {
  client_id: 'web',
  mode: 'enforce',
  leg: 'response',
  policy_at: undefined,
  key: undefined,
} as const
const names = { describe: ({ client_id }: { client_id?: string | undefined }) => ({ client_id }) }

/** What each line of the record counts for. */
const table: readonly (readonly [line: AuditFields, name: string, labels: object])[] = [
  [
    { ...web, audit: 'decision', verdict: 'release', reason: 'proof', action: 'a', amr: [], proofs: [] },
    'decisions',
    { client_id: 'web', mode: 'enforce', verdict: 'release', reason: 'proof' },
  ],
  [
    {
      ...web,
      audit: 'step_up',
      verdict: 'not_passed',
      reason: 'cancelled',
      action: 'a',
      step_up: 's',
      idempotency_key: 'k',
      challenge_seconds: 3,
    },
    'step_ups_ended',
    { client_id: 'web', outcome: 'cancelled' },
  ],
  [
    { ...web, audit: 'released', verdict: 'release', reason: 'kept_response' },
    'released',
    { client_id: 'web', mode: 'enforce' },
  ],
  [
    { ...web, audit: 'refused', verdict: 'refuse', reason: 'used', error: 'used' },
    'refused',
    { client_id: 'web', leg: 'response', reason: 'used' },
  ],
  [
    { ...web, audit: 'would_refuse', verdict: 'refuse', reason: 'used', error: 'used' },
    'would_refuse',
    { client_id: 'web', leg: 'response', reason: 'used' },
  ],
  [
    { ...web, audit: 'unknown_user', verdict: 'deny', reason: 'login_required' },
    'unknown_users',
    { client_id: 'web', mode: 'enforce', reason: 'login_required' },
  ],
  [
    { ...web, audit: 'unknown_user', verdict: 'deny', reason: 'what an OP invents' },
    'unknown_users',
    { client_id: 'web', mode: 'enforce', reason: 'other' },
  ],
  [{ audit: 'unwatched', client_id: 'web', err: new Error('x') }, 'unwatched', { client_id: 'web' }],
  [
    { audit: 'code_refused', client_id: 'web', age_seconds: 1 },
    'codes_refused_by_provider',
    { client_id: 'web' },
  ],
  [
    { audit: 'security', event: 'unreleased_grant', client_id: 'web' },
    'security_events',
    { client_id: 'web', event: 'unreleased_grant' },
  ],
  [{ audit: 'device', client_id: 'web', remembered: true }, 'device_offers', { result: 'remembered' }],
  [{ audit: 'device', client_id: 'web', remembered: false }, 'device_offers', { result: 'failed' }],
  [{ audit: 'signed_in', by: 'jwt' }, 'passkey_sign_ins', { by: 'jwt' }],
  [{ audit: 'passkey', change: 'added' }, 'passkey_changes', { change: 'added' }],
  [{ audit: 'signed_out', channel: 'back_channel' }, 'sign_outs', { channel: 'back_channel' }],
  [{ audit: 'forgotten', remembered: true, devices: 2 }, 'users_forgotten', { devices: 'forgotten' }],
  [{ audit: 'forgotten', remembered: true, err: new Error('no') }, 'users_forgotten', { devices: 'failed' }],
]

t.test('each line counts once', async (t) => {
  for (const [line, name, labels] of table) {
    t.same(countLine(line, names), { name: `step_up_gateway_${name}_total`, labels }, name)
  }
})
