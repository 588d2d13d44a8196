import { userReasons } from '../meanings/user-reasons.ts'
import type { AboutFields, AuditFields } from '../telemetry/audit-line.ts'
import type { AboutLabels, Names } from './about.ts'
import type { counters } from './families.ts'
import type { CounterName, LabelsOf } from './instruments.ts'

/** One step of one counter. */
export type Increment = {
  readonly [N in CounterName]: { readonly name: N; readonly labels: LabelsOf<(typeof counters)[N]> }
}[CounterName]

/** What a line of the record counts for: the only place that says it. */
export function countLine(line: AuditFields, names: Pick<Names, 'describe'>): Increment {
  const about = (fields: AboutFields): AboutLabels => names.describe(fields)
  switch (line.audit) {
    case 'decision': {
      const { mode, verdict, reason } = line
      return { name: 'step_up_gateway_decisions_total', labels: { ...about(line), mode, verdict, reason } }
    }
    case 'step_up': {
      const { reason: outcome } = line
      return { name: 'step_up_gateway_step_ups_ended_total', labels: { ...about(line), outcome } }
    }
    case 'released': {
      const { mode } = line
      return { name: 'step_up_gateway_released_total', labels: { ...about(line), mode } }
    }
    case 'refused': {
      const { leg, reason } = line
      return { name: 'step_up_gateway_refused_total', labels: { ...about(line), leg, reason } }
    }
    case 'would_refuse': {
      const { leg, reason } = line
      return { name: 'step_up_gateway_would_refuse_total', labels: { ...about(line), leg, reason } }
    }
    case 'unknown_user': {
      const { mode } = line
      const reason = Object.hasOwn(userReasons, line.reason) ? line.reason : 'other'
      return { name: 'step_up_gateway_unknown_users_total', labels: { ...about(line), mode, reason } }
    }
    case 'unwatched':
      return { name: 'step_up_gateway_unwatched_total', labels: about(line) }
    case 'code_refused':
      return { name: 'step_up_gateway_codes_refused_by_provider_total', labels: about(line) }
    case 'security': {
      const { event } = line
      return { name: 'step_up_gateway_security_events_total', labels: { ...about(line), event } }
    }
    case 'device': {
      const result = line.remembered ? 'remembered' : 'failed'
      return { name: 'step_up_gateway_device_offers_total', labels: { result } }
    }
    case 'signed_in':
      return { name: 'step_up_gateway_passkey_sign_ins_total', labels: { by: line.by } }
    case 'passkey':
      return { name: 'step_up_gateway_passkey_changes_total', labels: { change: line.change } }
    case 'signed_out':
      return { name: 'step_up_gateway_sign_outs_total', labels: { channel: line.channel } }
    case 'forgotten': {
      const devices = line.err === undefined ? 'forgotten' : 'failed'
      return { name: 'step_up_gateway_users_forgotten_total', labels: { devices } }
    }
  }
}
