import { auditSchema } from '../telemetry/audit-line.ts'

/** A line with a verdict, or of another event, as it was written: docs/audit.md. What is absent is not known. */
export interface RecordedLine {
  /** ISO 8601. */
  readonly time: string
  /** Epoch milliseconds of the same. */
  readonly at: number
  readonly audit: string
  readonly config?: string
  readonly support_id?: string
  readonly trace_id?: string
  readonly ip?: string
  readonly user_agent?: string
  readonly client_id?: string
  readonly page?: string
  readonly subject?: string
  readonly session?: string
  readonly mode?: string
  readonly leg?: string
  readonly verdict?: string
  readonly reason?: string
  readonly policy_at?: string
  readonly key?: string
  readonly error?: string
  readonly action?: string
  readonly amr?: readonly string[]
  readonly acr?: string
  readonly scope?: readonly string[]
  readonly acr_values?: string
  readonly prompt?: string
  readonly request?: string
  readonly login_age_seconds?: number
  readonly step_up_age_seconds?: number
  readonly proofs?: readonly { readonly method?: string; readonly age_seconds: number }[]
  readonly authsignal?: AuthsignalAnswer
  readonly step_up?: string
  readonly idempotency_key?: string
  readonly method?: string
  readonly detail?: string
  readonly value?: string
  readonly path?: string
  readonly status?: number
  readonly fix?: string
  readonly event?: string
  readonly probe_ms?: number
  readonly track_ms?: number
  readonly total_ms?: number
  readonly validate_ms?: number
  readonly challenge_seconds?: number
}

/** What Authsignal said of the user, or how asking it failed. */
export interface AuthsignalAnswer {
  readonly state?: string
  readonly enrolled?: boolean
  readonly challenge_url?: boolean
  readonly rule_ids?: readonly string[]
  readonly idempotency_key?: string
  readonly error?: {
    readonly kind?: string
    readonly failure?: string
    readonly operation?: string
    readonly status?: number
    readonly error_code?: string
    readonly reason?: string
  }
}

/** Why a line is not read: it is no audit line, can't be read, or is of an older or newer version of the schema. */
export type Unread = 'plain' | 'broken' | 'older' | 'newer'

/**
 * Reads one line of a log. What a shipper wrote before the JSON, such as a time or a container's name, is left out. A
 * field of another type than it has in the schema is absent: nobody who can write to a log confuses its reader so.
 */
export function readRecordedLine(text: string): RecordedLine | Unread {
  // Cheaper than to parse each line of a log that is mostly not about this. Inside a text its quotes were escaped.
  if (!text.includes('"audit":')) return 'plain'
  const line = parseObject(text.slice(text.indexOf('{')))
  if (line === undefined) return 'broken'
  const { schema, audit, time } = line
  if (typeof audit !== 'string') return 'plain'
  if (typeof schema !== 'number') return 'older'
  if (schema > auditSchema) return 'newer'
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (Number.isNaN(at)) return 'broken'
  line['at'] = at
  conform(line, fields)
  return line as unknown as RecordedLine
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

type Check = (value: unknown) => boolean
/** What the fields of a record must be. A map: names in a log may be those of properties that every object has. */
type Checks = ReadonlyMap<string, Check>

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number'
const isBoolean: Check = (value) => typeof value === 'boolean'
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isRecordOf =
  (checks: Checks): Check =>
  (value) =>
    isRecord(value) && conform(value, checks)

const all = (check: Check, names: string): [string, Check][] => names.split(' ').map((name) => [name, check])

const proof: Checks = new Map([...all(isText, 'method'), ...all(isNumber, 'age_seconds')])
const isProof: Check = (value) =>
  isRecord(value) && conform(value, proof) && value['age_seconds'] !== undefined

const authsignalError: Checks = new Map([
  ...all(isText, 'kind failure operation error_code reason'),
  ...all(isNumber, 'status'),
])
const authsignal: Checks = new Map([
  ...all(isText, 'state idempotency_key'),
  ...all(isBoolean, 'enrolled challenge_url'),
  ...all(isTexts, 'rule_ids'),
  ...all(isRecordOf(authsignalError), 'error'),
])

const fields: Checks = new Map([
  ...all(isText, 'config support_id trace_id ip user_agent client_id page subject session mode leg'),
  ...all(isText, 'verdict reason policy_at key error action acr acr_values prompt request step_up'),
  ...all(isText, 'idempotency_key method detail value path fix event'),
  ...all(isTexts, 'amr scope'),
  ...all(isNumber, 'login_age_seconds step_up_age_seconds status challenge_seconds'),
  ...all(isNumber, 'probe_ms track_ms total_ms validate_ms'),
  ...all((value) => Array.isArray(value) && value.every(isProof), 'proofs'),
  ...all(isRecordOf(authsignal), 'authsignal'),
])

/** Takes out what is of another type than it should be; what isn't in the schema stays, and is read by nobody. */
function conform(record: Record<string, unknown>, checks: Checks): true {
  for (const name in record) {
    const check = checks.get(name)
    if (check !== undefined && !check(record[name])) delete record[name]
  }
  return true
}
