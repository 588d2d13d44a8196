import { failures } from '../authsignal/failure-kind.ts'
import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { securityEvents } from '../meanings/security-events.ts'
import type { Instruments } from './instruments.ts'

/**
 * More clients than these begin their series with their first event: with five for each of 10,000 clients a scrape would
 * take 6 MB, most of which would never change.
 */
const maxPrepared = 1000

/** Makes series known that alerts and rates wait for, with the value 0: the first increase counts then. */
export function prepareSeries(config: Pick<Config, 'clients'>, { count }: Pick<Instruments, 'count'>): void {
  for (const event of Object.keys(securityEvents))
    count('step_up_gateway_security_events_total', { event }, 0)
  for (const failure of failures) count('step_up_gateway_authsignal_failures_total', { failure }, 0)
  for (const asker of ['client', 'gateway'])
    for (const reason of ['unreachable', 'timeout', 'unreadable'])
      count('step_up_gateway_upstream_failures_total', { asker, reason }, 0)
  for (const operation of ['get', 'set', 'add', 'replace'])
    count('step_up_gateway_store_failures_total', { operation }, 0)
  const active = [...config.clients.values()].filter(({ mode }) => mode !== 'off')
  if (active.length <= maxPrepared) for (const client of active) prepareClient(client, count)
}

function prepareClient(
  { clientId: client_id, mode, onError }: ClientPolicy,
  count: Instruments['count'],
): void {
  count('step_up_gateway_authorization_requests_total', { client_id, mode }, 0)
  count('step_up_gateway_released_total', { client_id, mode }, 0)
  if (onError === 'allow') {
    const labels = { client_id, mode, verdict: 'release', reason: 'fail_open' }
    count('step_up_gateway_decisions_total', labels, 0)
  }
  if (mode !== 'enforce') return
  count('step_up_gateway_step_ups_opened_total', { client_id }, 0)
  for (const outcome of ['passed', 'abandoned'])
    count('step_up_gateway_step_ups_ended_total', { client_id, outcome }, 0)
}
