import t from 'tap'
import { versionOf } from '../../src/config/config-version.ts'
import type { Config } from '../../src/config/schema/schema.ts'
import { createMetrics, type Metrics, type State } from '../../src/metrics/metrics.ts'
import { createPolicies } from '../../src/policy/policies.ts'
import { createRecords, type StepUp } from '../../src/records/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { pems } from '../config/pems.ts'
import { makeConfig } from '../upstream/config.ts'

const plain = makeConfig({})

function withClients(count: number, more: Partial<Config['defaults']> = {}): Config {
  const clients = Array.from({ length: count }, (_, at) => {
    const clientId = `client-${at}`
    return [clientId, { ...plain.defaults, mode: 'enforce', clientId, ...more }] as const
  })
  return { ...plain, clients: new Map(clients) }
}

const state: State = {
  status: 'ok',
  parts: { store: { status: 'ok' }, clocks: { status: 'warning' } },
  store: { outage: undefined },
  clocks: new Map([['provider', 1500]]),
  reloads: { counts: { applied: 0, refused: 0 }, latest: undefined },
}

/** The value of each series. */
async function read(metrics: Metrics, now: State = state): Promise<ReadonlyMap<string, string>> {
  let all = ''
  for await (const part of metrics.scrape('text', now)) all += part
  const samples = all.split('\n').filter((line) => line.startsWith('step_up_gateway_'))
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice('step_up_gateway_'.length, at), line.slice(at + 1)]
    }),
  )
}

const open = () => createMetrics({ now: () => 5000, version: '1.2.3' })

t.test('what is read when it is asked for', async (t) => {
  const metrics = open()
  const found = await read(metrics)
  t.equal(found.get(`build_info{version="1.2.3",node_version="${process.version}"}`), '1')
  t.equal(found.get('ready'), '1')
  t.equal(found.get('part_ok{part="store"}'), '1')
  t.equal(found.get('part_ok{part="clocks"}'), '0')
  t.equal(found.get('store_up'), '1')
  t.equal(found.get('clock_difference_seconds{clock="provider"}'), '1.5')
  const outage = { reason: 'gone', hasAnswered: true }
  const rooms = [{ kind: 'pass', owner: 'user', usedBytes: 5, limitBytes: 9, evicted: 2 }] as const
  for (let times = 0; times < 2; times++) {
    const then = await read(metrics, { ...state, status: 'unavailable', store: { outage, rooms } })
    t.equal(then.get('ready'), '0')
    t.equal(then.get('store_up'), '0')
    t.equal(then.get('store_room_used_bytes{kind="pass",owner="user"}'), '5')
    t.equal(then.get('store_room_limit_bytes{kind="pass",owner="user"}'), '9')
    t.equal(then.get('store_evictions_total{kind="pass",owner="user"}'), '2')
  }
})

t.test('a configuration, another one, and one that is refused', async (t) => {
  const metrics = open()
  const first = withClients(2, { onError: 'allow' })
  await metrics.configured({ ...first, listen: { ...first.listen, tls: pems.localhost } })
  const before = await read(metrics)
  t.equal(
    before.get(
      `config_info{version="${versionOf({ ...first, listen: { ...first.listen, tls: pems.localhost } })}"}`,
    ),
    '1',
  )
  t.equal(before.get('config_reloads_total{result="succeeded"}'), '0', 'a start is no reload')
  t.equal(before.get('config_last_reload_successful'), '1')
  t.equal(before.get('config_last_reload_success_timestamp_seconds'), '5')
  t.equal(before.get('clients{mode="enforce"}'), '2')
  t.ok(before.has('certificate_expiry_timestamp_seconds{certificate="listen.tls.cert"}'))
  t.equal(before.get('security_events_total{event="unreleased_grant"}'), '0')
  t.equal(before.get('released_total{client_id="client-1",mode="enforce"}'), '0')
  t.equal(
    before.get('decisions_total{client_id="client-1",mode="enforce",verdict="release",reason="fail_open"}'),
    '0',
  )
  const next = withClients(1)
  await metrics.configured(next)
  const reloads = { counts: { applied: 1, refused: 1 }, latest: { result: 'refused', at: 5000 } } as const
  const after = await read(metrics, { ...state, reloads })
  t.equal(after.get('config_reloads_total{result="succeeded"}'), '1')
  t.equal(after.get('config_reloads_total{result="failed"}'), '1')
  t.equal(after.get('config_last_reload_successful'), '0')
  t.same(
    [...after.keys()].filter((name) => /config_info|certificate|client-1/.test(name)),
    [`config_info{version="${versionOf(next)}"}`],
    'what is gone is dropped',
  )
  t.ok(after.has('released_total{client_id="client-0",mode="enforce"}'))
})

t.test('with many clients a series begins with its first event', async (t) => {
  const metrics = open()
  await metrics.configured(withClients(1001))
  const count = async () =>
    [...(await read(metrics)).keys()].filter((name) => name.includes('client-')).length
  t.equal(await count(), 0)
  await metrics.configured(withClients(1000, { mode: 'monitor' }))
  t.equal(await count(), 2000)
})

t.test('lines and durations', async (t) => {
  const metrics = open()
  await metrics.configured(withClients(1))
  const about = {
    client_id: 'client-0',
    mode: 'enforce',
    leg: 'return',
    policy_at: undefined,
    key: undefined,
  } as const
  metrics.onLine({
    ...about,
    audit: 'step_up',
    verdict: 'passed',
    reason: 'passed',
    action: 'a',
    step_up: 's',
    idempotency_key: 'k',
    challenge_seconds: 17,
  })
  metrics.onLine({ ...about, audit: 'released', verdict: 'release', reason: 'pass', client_id: 'invented' })
  metrics.onDuration('probe', 20)
  metrics.onDuration('track', 20)
  const found = await read(metrics)
  t.equal(found.get('step_ups_ended_total{client_id="client-0",outcome="passed"}'), '1')
  t.equal(found.get('challenge_duration_seconds_bucket{le="20",verdict="passed"}'), '1')
  t.equal(found.get('challenge_duration_seconds_bucket{le="15",verdict="passed"}'), '0')
  t.equal(found.get('released_total{client_id="other",mode="enforce"}'), '1')
  t.equal(found.get('probe_duration_seconds_count'), '1')
})

t.test('a challenge that somebody passed on', async (t) => {
  const metrics = open()
  const config = withClients(1)
  await metrics.configured(config)
  const plainRecords = createRecords(
    createMemoryStore(() => 5000),
    config.stepUp,
  )
  const { stepUps } = metrics.watchRecords(plainRecords, config, createPolicies(config))
  const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
  const stepUp = { state: 'open', case: { clientId: 'client-0', policyIds: [], user } } as unknown as StepUp
  await stepUps.set('id', stepUp)
  t.equal((await read(metrics)).get('step_ups_open'), '1')
  await stepUps.update('id', (current) => ({ ...current, state: 'burnt' }))
  const found = await read(metrics)
  t.equal(found.get('step_ups_open'), '0')
  t.equal(found.get('step_ups_opened_total{client_id="client-0"}'), '1')
  t.equal(found.get('step_ups_ended_total{client_id="client-0",outcome="in_another_browser"}'), '1')
})
