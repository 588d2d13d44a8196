import type { Counted } from '../audit-reading/bounded-counts.ts'
import type { DecisionReason, RefusalReason } from './client-tally.ts'
import type { ClientReport } from './report.ts'
import { count } from '../terminal/wording.ts'
import { people } from './wording.ts'

/** What to do, or to know, before `enforce`; or now, where the client is enforced already. */
export interface Advice {
  /** How many lines it rests on. */
  readonly count: number
  readonly text: string
  /** The YAML key that changes it. */
  readonly key?: string | undefined
}

type Described = Omit<ClientReport, 'advice'>

/** The most frequent first of each kind; what `enforce` would break before what it would ask of users. */
export function adviseOn(client: Described): Advice[] {
  return [
    ...adviseOnMode(client),
    ...client.refusals.list.map((refusal) => adviseOnRefusal(client, refusal)),
    ...client.unknownUsers.list.map(({ what, count: times }) => ({
      count: times,
      text: `${count(times, 'sign-in')} whose user the OP does not name (${what.reason})${what.fix === undefined ? '' : `: ${what.fix}`}`,
    })),
    ...client.reasons.list.flatMap((reason) => adviseOnReason(client, reason)),
    ...adviseOnChallenges(client),
    ...adviseOnFaults(client),
  ]
}

function adviseOnMode({ modes, policyAt }: Described): Advice[] {
  if (modes.length < 2) return []
  const key = policyAt
  return [{ count: 0, text: `its mode changed within this log: ${modes.join(', ')}; all are counted together`, key }]
}

function adviseOnRefusal({ mode }: Described, { what, count: times }: Counted<RefusalReason>): Advice {
  const { reason, key, value, detail, leg } = what
  const shown = value === undefined ? '' : ` \`${value}\``
  const place = leg === undefined ? '' : ` (${leg})`
  const why = describeUnlisted(key, times, shown) ?? `${[reason, detail].filter(Boolean).join(', ')}${shown}${place}`
  return { count: times, text: `${count(times, 'request')} ${mode === 'enforce' ? 'refused' : 'would be refused'}: ${why}`, key }
}

/** What requests do that a list of the YAML does not allow. */
function describeUnlisted(key: string | undefined, times: number, value: string): string | undefined {
  switch (key?.split('.').at(-1)) {
    case 'responseTypes':
      return `${times === 1 ? 'it asks' : 'they ask'} for response_type${value}`
    case 'grants':
      return `${times === 1 ? 'it uses' : 'they use'} the grant${value}`
    case 'redirectUris':
      return `${times === 1 ? 'it wants its' : 'they want their'} answer at${value}`
    default:
      return undefined
  }
}

function adviseOnReason(client: Described, { what, count: times }: Counted<DecisionReason>): Advice[] {
  const { verdict, reason, key } = what
  const text = verdict === 'challenge' ? explainChallenge(client, reason) : explainDecision(reason)
  return text === undefined ? [] : [{ count: times, text: `${count(times, 'sign-in')}: ${text}`, key }]
}

function explainChallenge({ mode, outcomes }: Described, reason: string): string | undefined {
  if (reason !== 'enrolment_required') return undefined
  const would = mode === 'enforce' ? 'are' : 'would be'
  return `${people(outcomes.enrolled.users)} without an authenticator ${would} asked to enrol one, and the password is enough for that; graceUntil lets them put it off, unenrolled: deny refuses them`
}

const decisions = new Map([
  ['blocked', 'a rule of Authsignal blocks them'],
  ['review_required', 'a rule of Authsignal asks for a review, which the gateway takes for a block'],
  ['unknown_state', 'Authsignal answered with a state that the gateway does not know'],
  ['unenrolled_denied', 'the users have no authenticator; enrol them first, or let unenrolled be enroll'],
  ['unenrolled_allowed', 'the users have no authenticator, and pass without one'],
  ['challenge_impossible', 'Authsignal names no page for the challenge, or one of a host that is not listed'],
  ['request_unknown', 'nobody saw their request: does it come past the gateway?'],
  ['not_a_navigation', 'a script or a frame asked, where no challenge can be shown; remember lets an earlier one count'],
  ['prompt_none', 'silent (prompt=none), where no challenge can be shown; remember lets an earlier one count'],
  ['too_many_challenges', 'more challenges than one user or one address may cause within 10 minutes'],
  ['authsignal_unavailable', 'Authsignal did not answer'],
  ['authsignal_refused', 'Authsignal refused the question; see its error below'],
  ['fail_open', 'Authsignal did not answer, and onError: allow let them pass'],
  ['not_verified', 'the challenge was not passed'],
])

const explainDecision = (reason: string): string | undefined => decisions.get(reason)

/** Under `monitor` nobody passes a challenge, so that nothing is remembered: more are counted than there would be. */
function adviseOnChallenges({ mode, outcomes, challengedSessions, reasons }: Described): Advice[] {
  const { count: times, users } = outcomes.challenged
  if (mode === 'enforce' || times === 0) return []
  const { key } = reasons.list.find(({ what }) => what.reason === 'challenge_required')?.what ?? {}
  const sessions = challengedSessions.count
  const spared =
    sessions > 0 && sessions < times
      ? `; in ${challengedSessions.isExact ? '' : 'about '}${count(sessions, 'session')} of the OP, so that remember would spare the rest`
      : ''
  return [{ count: times, text: `${people(users)} would see ${count(times, 'challenge')}${spared}`, key }]
}

function adviseOnFaults({ unwatched, codesRefused, authsignalFaults }: Described): Advice[] {
  return [
    ...authsignalFaults.list.map(({ what, count: times }) => ({
      count: times,
      text: `${count(times, 'question')} to Authsignal failed: ${what}`,
      key: 'authsignal',
    })),
    ...(unwatched === 0
      ? []
      : [{ count: unwatched, text: `${count(unwatched, 'sign-in')} not watched, since the gateway itself failed; the lines "unwatched" say why` }]),
    ...(codesRefused === 0
      ? []
      : [{ count: codesRefused, text: `${count(codesRefused, 'released code')} refused by the OP; the lines "code_refused" say how old`, key: 'provider.codeLifetime' }]),
  ]
}
