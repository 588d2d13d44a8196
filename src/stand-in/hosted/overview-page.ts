import { html } from 'ghtml'
import { formatProblem } from '../../config/config-error.ts'
import { findOrCreateUser, nameUser } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { Action, Rule } from '../model/types.ts'
import { layout } from './layout.ts'
import { outages } from './outages.ts'

const shownActions = 20

/** What the stand-in has decided, by which rules, and the form that makes it fail. */
export function overviewPage(standIn: StandIn): string {
  const { tenant } = standIn
  const actions = [...tenant.actions.values()].slice(-shownActions).reverse()
  const decisions =
    actions.length === 0
      ? html`<p>The gateway has not asked yet. Sign in at one of your applications.</p>`
      : html`<ul>!${actions.map((action) => describeAction(standIn, action))}</ul>`
  return layout(
    'Decisions',
    html`!${decisions}
      <p><a class="button" href="/">Look again</a></p>
      <h2>Rules</h2>
      !${describeRules(standIn)}
      <h2>Let it fail</h2>
      !${outageForm(standIn)}`,
  )
}

function describeAction({ tenant }: StandIn, action: Action): string {
  const [deciding] = action.rules
  const { client_id: client, amr } = action.custom ?? {}
  const at = new Date(action.createdAt).toISOString()
  const facts = [
    ['client', client],
    ['amr', amr],
    ['action', action.actionCode],
    ['rule', deciding?.name ?? 'none'],
    ['method', action.verificationMethod],
  ].filter(([, value]) => value !== undefined && value !== '')
  return html`<li class="mail">
    <p class="who">${nameUser(findOrCreateUser(tenant, action.userId))}</p>
    <p><b>${nameState(action)}</b> <time datetime="${at}">${at.slice(11, 19)} UTC</time></p>
    <dl>!${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl>
  </li>`
}

function nameState({ state, isEnrolled }: Action): string {
  return state === 'ALLOW' && !isEnrolled ? 'ALLOW, the user has no authenticator' : state
}

function describeRules({ tenant, rulesFile }: StandIn): string {
  rulesFile?.refresh()
  const { file, problems = [], rules = tenant.rules } = rulesFile ?? {}
  const faults =
    problems.length === 0
      ? ''
      : html`<p class="error" role="alert">The file has faults; the rules before them are in use.</p>
          <pre>${problems.map(formatProblem).join('\n')}</pre>`
  const list = rules.map((rule) => html`<li><p>!${describeRule(rule)}</p></li>`)
  const source = file === undefined ? '' : html`<p>From <code>${file}</code>, read again at each sign-in.</p>`
  return html`!${source}!${faults}<ol>!${list}</ol>
    <p>The first that matches decides. If none does: ALLOW.</p>`
}

function describeRule({ name, type, actionCode, verificationMethods }: Rule): string {
  const only = [actionCode && `action ${actionCode}`, verificationMethods?.join(', ')].filter(Boolean)
  return html`${name}: <b>${type}</b>${only.length > 0 ? ` (${only.join('; ')})` : ''}`
}

function outageForm({ faults }: StandIn): string {
  const current = faults.peek('track')
  const options = [...outages].map(([value, { fault, label }]) => {
    const selected = fault === current ? 'selected' : ''
    return html`<option value="${value}" !${selected}>${label}</option>`
  })
  return html`<form method="post" action="/outage">
    <p><label for="fault">When the gateway calls, Authsignal</label></p>
    <select id="fault" name="fault"><option value="none">answers</option>!${options}</select>
    <button class="button">Set</button>
  </form>`
}
