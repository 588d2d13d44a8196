import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { findMeaning } from '../meanings/find-meaning.ts'
import {
  type Decision,
  decideFromMemory,
  decideFromTrack,
  type TrackOutcome,
  trackStates,
  withoutInteraction,
} from '../policy/decide.ts'
import { keyOfReason } from '../policy/deciding-key.ts'
import { createPolicies, type Policies } from '../policy/policies.ts'
import { isTypeAllowed } from '../policy/responses.ts'
import { describeTrackRequest } from '../step-up/track-request.ts'
import { alignColumns } from '../terminal/columns.ts'
import type { Supposition } from './supposition.ts'

/** Lines that tell what a configuration decides about a supposed sign-in, and what Authsignal is asked. */
export function suppose(config: Config, it: Supposition, now: number): string[] {
  const policies = createPolicies(config)
  const { policy, ids } = findPolicy(policies, it)
  if (policy === undefined) return [`page ${it.page}: not protected by this configuration`]
  const title = describePolicy(it, policy, ids)
  if (policy.mode === 'off')
    return [title, '  off: the gateway leaves it alone; Authsignal is not asked, no cookie is set']
  const refusals = describeRefusals(policies, it, policy, ids)
  const proofs = it.proof
    ? [{ action: policy.action, method: it.proof.method, at: now - it.proof.ageMs }]
    : []
  const remembered = decideFromMemory(policy, it.amr, { proofs }, now)
  const decided = remembered
    ? ['', ...describeDecision(policy, remembered), '  Authsignal is not asked']
    : [
        '',
        ...describeQuestion(policy, it, proofs, now),
        '',
        'what follows from its answer',
        ...alignColumns(
          listAnswers(it).map((answer) => describeAnswer(policy, it, answer)),
          '  ',
        ),
      ]
  const monitored =
    policy.mode === 'monitor' ? ['', 'mode monitor: all of this is only logged, and the sign-in goes on'] : []
  return [title, ...refusals, ...decided, ...monitored]
}

function findPolicy(
  policies: Policies,
  { clientId = '', page, redirectUri }: Supposition,
): { policy: ClientPolicy | undefined; ids: readonly string[] } {
  if (page !== undefined) return { policy: policies.ofPage(page), ids: [] }
  const policy = policies.govern([clientId], redirectUri)
  return { policy, ids: policy.policyIds }
}

function describePolicy(it: Supposition, policy: ClientPolicy, ids: readonly string[]): string {
  const name = it.page === undefined ? it.clientId : `page ${it.page}`
  const others = ids.filter((id) => id !== it.clientId)
  const shared = others.length > 0 ? `, the strictest of it and ${others.join(', ')}` : ''
  const place = policy.origin === undefined ? '' : ` (${policy.origin.section} at ${policy.origin.at})`
  return `${name}: mode ${policy.mode}, action ${policy.action}${place}${shared}`
}

/** What `enforce` refuses before anything is decided. */
function describeRefusals(
  policies: Policies,
  { redirectUri, responseType }: Supposition,
  policy: ClientPolicy,
  policyIds: readonly string[],
): string[] {
  const isListed = redirectUri === undefined || policies.isListed({ ...policy, policyIds }, redirectUri)
  const isAllowed = responseType === undefined || isTypeAllowed(policy, responseType)
  return [
    ...(isListed ? [] : [`  refused: ${redirectUri} is not on its list -> redirectUris`]),
    ...(isAllowed ? [] : [`  refused: response_type ${responseType} is not on its list -> responseTypes`]),
  ]
}

function describeDecision(policy: ClientPolicy, { verdict, reason }: Decision): string[] {
  return [`${verdict} (${reason}): ${findMeaning('decision', reason)?.meaning}${describeKey(policy, reason)}`]
}

/** The key that decides, and the line on which it stands; of a default the key alone. */
function describeKey(policy: ClientPolicy, reason: Decision['reason']): string {
  const key = keyOfReason(policy, reason)
  const place = policy.origin?.keys[key?.split('.').at(-1) ?? '']
  return key === undefined ? '' : ` -> ${key}${place === undefined ? '' : ` at ${place}`}`
}

type Shown = { readonly action: string; readonly method: string; readonly at: number }

/** The question to Authsignal, with stand-ins for what the browser and the OP would say of a real user. */
function describeQuestion(
  policy: ClientPolicy,
  it: Supposition,
  proofs: readonly Shown[],
  now: number,
): string[] {
  const standIn = (what: string): string => `<${what}>`
  const asked = describeTrackRequest(
    {
      clientId: it.clientId ?? '',
      policyIds: [],
      page: it.page,
      scope: it.page === undefined ? it.scope : undefined,
      acrValues: it.acrValues,
      prompt: it.prompt,
      user: {
        subject: standIn('subject'),
        epochs: [],
        amr: it.amr,
        acr: it.acr,
        username: standIn('username'),
        email: standIn('email'),
        phoneNumber: standIn('phone_number'),
        displayName: standIn('name'),
        locale: standIn('locale'),
        compare: {},
      },
    },
    {
      policy,
      browser: {
        ids: [],
        address: standIn('ip'),
        userAgent: standIn('user_agent'),
        locale: standIn('locale'),
      },
    },
    proofs,
    now,
  )
  const { custom, ...attributes } = asked
  const rows = (values: object): string[][] =>
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return [
    'Authsignal is asked (track)',
    ...alignColumns(rows(attributes), '  '),
    'with the custom data points, for its rules',
    ...alignColumns(rows(custom), '  '),
  ]
}

/** One answer in words, and as the decision table takes it. */
interface Answer {
  readonly name: string
  readonly outcome: TrackOutcome
}

/** Those that are possible, as far as they are not said. A user without an authenticator is never challenged. */
function listAnswers({ state, isEnrolled }: Supposition): Answer[] {
  const answers = trackStates.flatMap((one) => {
    const enrolments = one === 'ALLOW' ? [true, false] : [true]
    return enrolments.map((enrolled): Answer => {
      const who = one === 'ALLOW' ? `, ${enrolled ? 'enrolled' : 'not enrolled'}` : ''
      return { name: `${one}${who}`, outcome: { state: one, isEnrolled: enrolled, hasChallengeUrl: true } }
    })
  })
  const none: Answer[] = (['unavailable', 'refused'] as const).map((kind) => ({
    name: kind === 'unavailable' ? 'no answer' : 'an error (4xx)',
    outcome: { state: 'no_answer', kind },
  }))
  return [...answers, ...none].filter(
    ({ outcome }) =>
      (state === undefined || outcome.state === state) &&
      (isEnrolled === undefined ||
        outcome.state === 'no_answer' ||
        outcome.isEnrolled === isEnrolled ||
        outcome.state === 'BLOCK' ||
        outcome.state === 'REVIEW_REQUIRED'),
  )
}

function describeAnswer(policy: ClientPolicy, { prompt }: Supposition, { name, outcome }: Answer): string[] {
  const judged = decideFromTrack(policy, outcome)
  const decision = prompt?.split(' ').includes('none') ? withoutInteraction(judged, 'prompt_none') : judged
  const error = decision.verdict === 'deny' ? ` The client gets ${decision.error}.` : ''
  const meaning = findMeaning('decision', decision.reason)?.meaning
  const words = `${meaning}${error}${describeKey(policy, decision.reason)}`
  return [name, `${decision.verdict} (${decision.reason})`, words]
}
