import { readOutcome } from '../audit-reading/read-outcome.ts'
import type { RecordedLine } from '../audit-reading/recorded-line.ts'
import type { ClientPolicy } from '../config/schema/schema.ts'
import {
  type Decision,
  decideFromMemory,
  decideFromTrack,
  isSkippable,
  type Memory,
  withoutInteraction,
} from '../policy/decide.ts'

/** What another configuration makes of a line, or why its line does not say. */
export type Replayed =
  | { readonly kind: 'decided'; readonly verdict: string; readonly reason: string }
  /** It rests on what no configuration changes. */
  | { readonly kind: 'same' }
  /** The gateway would leave the client, or the page, alone. */
  | { readonly kind: 'off' }
  | { readonly kind: 'unknown'; readonly why: string }

const unknown = (why: string): Replayed => ({ kind: 'unknown', why })
const decided = ({ verdict, reason }: Decision): Replayed => ({ kind: 'decided', verdict, reason })

/**
 * Decides about a sign-in anew, by what its line says was known. Another policy may have asked Authsignal where the
 * log's did not, or about another action: what it would have answered nobody knows.
 *
 * @param policy undefined for a page that is no longer protected.
 */
export function replayDecision(line: RecordedLine, policy: ClientPolicy | undefined): Replayed {
  if (policy === undefined || policy.mode === 'off') return { kind: 'off' }
  const isSameAction = line.action === policy.action
  const remembered = decideFromMemory(
    policy,
    line.amr ?? [],
    isSameAction ? readMemory(line) : nothing,
    line.at,
  )
  if (remembered) return decided(remembered)
  if (!isSameAction) return unknown(`the rules of the action ${policy.action} were not asked`)
  if (line.authsignal) return decideAnew(line, line.authsignal, policy)
  return wasWithoutAsking(line) ? { kind: 'same' } : unknown(`Authsignal was not asked (${line.reason})`)
}

const nothing: Memory = { proofs: [] }

/** A pass leaves a proof behind, which names its method; where the OP names no session there is none. */
function readMemory({ reason, proofs = [], at }: RecordedLine): Memory {
  const all = proofs.map(({ method, age_seconds: age }) => ({ method, at: at - age * 1000 }))
  const latest = all.reduce(
    (one, other) => (other.at > one.at ? other : one),
    all[0] ?? { method: undefined, at },
  )
  if (reason === 'pass') return { pass: { method: latest.method }, proofs: all }
  if (reason === 'enrolment_skipped') return { pass: { isSkipped: true }, proofs: all }
  return { proofs: all }
}

function decideAnew(
  line: RecordedLine,
  answer: NonNullable<RecordedLine['authsignal']>,
  policy: ClientPolicy,
): Replayed {
  const decision = decideFromTrack(policy, readOutcome(answer), {
    isSkipped: line.reason === 'enrolment_skipped' && isSkippable(policy, line.at),
    isRequestUnknown: line.request === 'unknown',
  })
  const { reason } = line
  const isSilent = reason === 'prompt_none' || reason === 'not_a_navigation'
  return decided(isSilent ? withoutInteraction(decision, reason) : decision)
}

/** These rest on what no policy changes: on challenges that are open, were too many or were not passed. */
const wasWithoutAsking = ({ reason = '' }: RecordedLine): boolean =>
  ['step_up_open', 'too_many_challenges', 'not_verified', 'prompt_none', 'not_a_navigation'].includes(reason)
