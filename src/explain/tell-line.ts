import type { AuthsignalAnswer, RecordedLine } from '../audit-reading/recorded-line.ts'
import { findMeaning } from '../meanings/find-meaning.ts'
import { duration } from '../terminal/wording.ts'

/** What one line tells: what happened, and what is known of it. */
export interface Account {
  readonly what: string
  readonly facts: readonly string[]
}

const legs = new Map([
  ['request', 'before the OP answered'],
  ['response', 'when the OP had answered'],
  ['return', 'at the return from the challenge'],
  ['token', 'at the token endpoint'],
  ['back_channel', 'in the back channel'],
  ['page', 'for a page'],
  ['passkeys', 'on the passkey page'],
  ['sign_out', 'at a sign-out'],
])

export function tellLine(line: RecordedLine): Account {
  switch (line.audit) {
    case 'decision':
      return tellDecision(line)
    case 'step_up':
      return tellStepUp(line)
    case 'released':
      return { what: `released: the answer of the OP went to the client (${line.reason})`, facts: [] }
    case 'refused':
    case 'would_refuse':
      return tellRefusal(line)
    case 'unknown_user':
      return {
        what: `the OP did not say who the user is: ${line.reason}`,
        facts: known({ 'what to change': line.fix }),
      }
    case 'security':
      return { what: `security event: ${line.event}`, facts: [] }
    default:
      return {
        what: [line.audit, line.reason].filter(Boolean).join(': '),
        facts: known({ 'what to change': line.fix }),
      }
  }
}

function tellDecision(line: RecordedLine): Account {
  const { verdict, reason, leg = '', error, authsignal } = line
  const meaning = findMeaning('decision', reason)?.meaning
  return {
    what: `decided ${legs.get(leg) ?? leg}: ${verdict} (${reason})${meaning === undefined ? '' : `: ${meaning}`}`,
    facts: known({
      seen: describeSeen(line),
      remembered: describeProofs(line),
      YAML: describePlace(line),
      Authsignal: authsignal && describeAnswer(authsignal),
      'the client gets': error,
      took: describeTimes(line),
    }),
  }
}

function tellStepUp({
  reason,
  method,
  detail,
  challenge_seconds: seconds,
  validate_ms: ms,
}: RecordedLine): Account {
  const after = seconds === undefined ? '' : ` after ${duration(seconds * 1000)}`
  const what =
    reason === 'passed'
      ? `the challenge was passed${method === undefined ? '' : ` by ${method}`}${after}`
      : `the challenge was not passed${after}: ${reason}`
  return {
    what,
    facts: known({ detail, 'asking Authsignal took': ms === undefined ? undefined : duration(ms) }),
  }
}

function tellRefusal(line: RecordedLine): Account {
  const { audit, reason, leg = '', detail, value, error, status, method, path } = line
  const verb = audit === 'refused' ? 'refused' : 'would have been refused by enforce'
  return {
    what: `${verb} ${legs.get(leg) ?? leg}: ${reason}`,
    facts: known({
      meaning: findMeaning(audit, reason)?.meaning,
      detail,
      value,
      request: path && [method, path].filter(Boolean).join(' '),
      YAML: describePlace(line),
      [audit === 'refused' ? 'the answer' : 'the answer would be']:
        [status, error].filter(Boolean).join(' ') || undefined,
    }),
  }
}

function describeSeen(line: RecordedLine): string {
  const {
    amr = [],
    acr,
    scope,
    acr_values: acrValues,
    prompt,
    request,
    login_age_seconds: age,
    subject,
  } = line
  return known({
    user: subject,
    amr: amr.length > 0 ? amr.join(',') : 'none',
    acr,
    scope: scope?.join(' '),
    acr_values: acrValues,
    prompt,
    request: request === 'unknown' ? 'unknown' : undefined,
    'signed in': age === undefined ? undefined : `${duration(age * 1000)} before`,
  }).join('; ')
}

function describeProofs({ proofs = [] }: RecordedLine): string | undefined {
  if (proofs.length === 0) return undefined
  return proofs
    .map(({ method, age_seconds: age }) => `${method ?? 'a step-up'}, ${duration(age * 1000)} before`)
    .join('; ')
}

function describePlace({ mode, policy_at: place, key }: RecordedLine): string | undefined {
  const said = [mode && `mode ${mode}`, key, place && `at ${place}`].filter(Boolean)
  return said.length === 0 ? undefined : said.join(', ')
}

function describeAnswer({
  state,
  enrolled,
  challenge_url: hasUrl,
  rule_ids: rules,
  error,
}: AuthsignalAnswer): string {
  if (error) {
    const { failure, operation, status, error_code: code, reason } = error
    return `failed: ${[failure, operation, status, code, reason].filter(Boolean).join(', ')}`
  }
  return [
    state,
    enrolled === true ? 'the user has an authenticator' : 'the user has no authenticator',
    ...(hasUrl === false ? ['no page for a challenge'] : []),
    ...describeRules(rules),
  ].join('; ')
}

/** Nothing if the answer did not say which rules matched. */
function describeRules(rules: AuthsignalAnswer['rule_ids']): string[] {
  if (rules === undefined) return []
  return [rules.length > 0 ? `by the rule ${rules.join(', ')}` : "by the action's default, no rule matched"]
}

function describeTimes({
  total_ms: total,
  probe_ms: probe,
  track_ms: track,
}: RecordedLine): string | undefined {
  const parts = known({
    'asking the OP': probe === undefined ? undefined : duration(probe),
    'asking Authsignal': track === undefined ? undefined : duration(track),
  })
  if (total === undefined) return parts.length === 0 ? undefined : parts.join(', ')
  return `${duration(total)}${parts.length === 0 ? '' : `, of it ${parts.join(', ')}`}`
}

/** `name: value` of each value that is known. */
export function known(values: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []))
}
