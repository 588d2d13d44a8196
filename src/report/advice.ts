import type { Counted } from '../audit-reading/bounded-counts.ts'
import { findFix, findMeaning } from '../meanings/find-meaning.ts'
import { count } from '../terminal/wording.ts'
import type { DecisionReason, RefusalReason } from './client-tally.ts'
import type { Advice, ClientReport } from './report.ts'
import { people } from './wording.ts'

const namedRefusals = 10

type Described = Omit<ClientReport, 'advice'>

/** The most frequent first of each kind; what `enforce` would break before what it would ask of users. */
export function adviseOn(client: Described): Advice[] {
  return [
    ...adviseOnMode(client),
    ...adviseOnRefusals(client),
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
  return [
    {
      count: 0,
      text: `its mode changed within this log: ${modes.join(', ')}; all are counted together`,
      key,
    },
  ]
}

/** Anyone can send values that nobody allows: the rare ones are not named one by one. */
function adviseOnRefusals(client: Described): Advice[] {
  const { list, others } = client.refusals
  const rare = list.slice(namedRefusals).reduce((sum, { count: times }) => sum + times, others)
  const named = list.slice(0, namedRefusals).map((refusal) => adviseOnRefusal(client, refusal))
  return rare === 0
    ? named
    : [...named, { count: rare, text: `${count(rare, 'request')} more, of rarer kinds` }]
}

function adviseOnRefusal({ mode }: Described, { what, count: times }: Counted<RefusalReason>): Advice {
  const { reason, key, value, detail, leg } = what
  const shown = value === undefined ? '' : ` \`${value}\``
  const place = leg === undefined ? '' : ` (${leg})`
  const why =
    describeUnlisted(key, times, shown) ?? `${[reason, detail].filter(Boolean).join(', ')}${shown}${place}`
  return {
    count: times,
    text: `${count(times, 'request')} ${mode === 'enforce' ? 'refused' : 'would be refused'}: ${why}`,
    key,
  }
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

/** Decisions to let somebody pass, or to challenge, that an operator may not expect. */
const unexpected = ['enrolment_required', 'unenrolled_allowed', 'fail_open']

/** What is decided as it should be needs no advice. */
function adviseOnReason(client: Described, { what, count: times }: Counted<DecisionReason>): Advice[] {
  const { verdict, reason, key } = what
  const words = findMeaning('decision', reason)
  if (words === undefined || (verdict !== 'deny' && !unexpected.includes(reason))) return []
  const who = reason === 'enrolment_required' ? ` of ${people(client.outcomes.enrolled.users)}` : ''
  const fix = findFix('decision', reason) ?? ''
  return [{ count: times, text: `${count(times, 'sign-in')}${who}: ${words.meaning} ${fix}`.trim(), key }]
}

/** Under `monitor` nobody passes a challenge, so that nothing is remembered: more are counted than there would be. */
function adviseOnChallenges({ mode, outcomes, challengedSessions, policyAt }: Described): Advice[] {
  const { count: times, users } = outcomes.challenged
  if (mode === 'enforce' || times === 0) return []
  const sessions = challengedSessions.count
  const wouldSee = `${people(users)} would see ${count(times, 'challenge')}`
  if (sessions === 0 || sessions >= times) return [{ count: times, text: wouldSee }]
  const about = challengedSessions.isExact ? '' : 'about '
  const text = `${wouldSee}; in ${about}${count(sessions, 'session')} of the OP, so that remember would spare the rest`
  return [{ count: times, text, key: policyAt === undefined ? 'remember' : `remember, at ${policyAt}` }]
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
      : [
          {
            count: unwatched,
            text: `${count(unwatched, 'sign-in')} not watched, since the gateway itself failed; the lines "unwatched" say why`,
          },
        ]),
    ...(codesRefused === 0
      ? []
      : [
          {
            count: codesRefused,
            text: `${count(codesRefused, 'released code')} refused by the OP; the lines "code_refused" say how old`,
            key: 'provider.codeLifetime',
          },
        ]),
  ]
}
