import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { InteractionResults } from 'oidc-provider'
import { type Listening, listenOnLoopback, readForm, sendPage } from '../../listen.ts'
import { grantRequest } from '../../op-interactions.ts'
import { renderConsentPage, renderLoginPage, renderOpErrorPage } from '../../op-pages.ts'
import { acrOf, type LabUser } from '../../op-world.ts'
import { SILENT } from './policy.ts'

/** The OP that a login app works for: it asks that OP about requests, and hands it answers, without the browser. */
export interface LoginAppOp {
  readonly provider: Provider
  readonly users: readonly LabUser[]
}

/** A login app that listens. */
export interface LoginApp extends Listening {
  /** Where the OP sends browsers: the name of the interaction comes behind it. */
  readonly url: string
  /** Its OP starts after it, since the OP has to know its address. */
  serve(op: LoginAppOp): void
}

/** The name of its origin, which is neither the OP's nor any application's. */
export const LOGIN_HOST = 'login.localhost'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/**
 * Starts the login and consent pages of an OP on an origin of their own, as OPs have them that come without pages. People
 * with a session at the OP pass without a page.
 */
export async function startLoginApp(): Promise<LoginApp> {
  let op: LoginAppOp | undefined
  const listening = await listenOnLoopback((request, response) => {
    if (op === undefined) throw new Error('the login app has no OP yet')
    answer(op, request, response).catch((error: unknown) => {
      sendPage(response, 500, renderOpErrorPage('server_error', String(error)))
    })
  })
  const url = `http://${LOGIN_HOST}:${listening.port}/`
  return {
    ...listening,
    url,
    serve: (its) => {
      op = its
    },
  }
}

async function answer(op: LoginAppOp, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, uid = '', step] = /^\/([\w-]+)(?:\/(login|consent|abort))?$/.exec(request.url ?? '') ?? []
  const interaction = await op.provider.Interaction.find(uid)
  if (interaction === undefined) {
    return sendPage(response, 400, renderOpErrorPage('invalid_request', 'This sign-in has expired.'))
  }
  const form = request.method === 'POST' ? await readForm(request) : undefined
  const result = await findResult(op, interaction, step, form)
  if (result === undefined) return sendPage(response, 200, renderQuestion(op, interaction))
  interaction.result = { ...interaction.lastSubmission, ...result }
  await interaction.persist()
  response.writeHead(303, { location: interaction.returnTo, 'cache-control': 'no-store' }).end()
}

/** @returns undefined if a page has to ask the person */
async function findResult(
  op: LoginAppOp,
  interaction: Interaction,
  step: string | undefined,
  form: URLSearchParams | undefined,
): Promise<InteractionResults | undefined> {
  const { prompt, lastSubmission } = interaction
  if (form !== undefined && step === 'abort') return { error: 'access_denied' }
  if (prompt.name === 'consent') {
    if (form !== undefined) return { consent: { grantId: await grantRequest(op.provider, interaction) } }
    return lastSubmission?.[SILENT] === true ? { error: 'consent_required' } : undefined
  }
  if (form !== undefined) return logIn(op, form)
  const known = await findSession(op, interaction)
  if (prompt.details[SILENT] !== true) return known
  return known === undefined ? { error: 'login_required' } : { ...known, [SILENT]: true }
}

function logIn({ users }: LoginAppOp, form: URLSearchParams): InteractionResults | undefined {
  const user = users.find(({ username }) => username === form.get('username'))
  if (user === undefined || form.get('password') !== user.username) return undefined
  return { login: { accountId: user.sub, amr: [...user.amr], acr: acrOf(user.amr) } }
}

/** Who has a session, and need not prove it again. The OP takes any answer for a login: this one is as old as the session. */
async function findSession(
  { provider }: LoginAppOp,
  { prompt, session }: Interaction,
): Promise<InteractionResults | undefined> {
  const known = session && (await provider.Session.findByUid(session.uid))
  if (known?.accountId === undefined || prompt.reasons.join() !== 'login_app') return undefined
  const { accountId, loginTs: ts, amr = [], acr } = known
  return { login: { accountId, amr, ...(acr !== undefined && { acr }), ...(ts !== undefined && { ts }) } }
}

function renderQuestion({ users }: LoginAppOp, { uid, prompt, params, session }: Interaction): string {
  const about = { action: `/${uid}`, clientName: String(params['client_id']) }
  if (prompt.name !== 'consent') return renderLoginPage({ ...about, username: '' })
  const username = users.find(({ sub }) => sub === session?.accountId)?.username ?? ''
  return renderConsentPage({ ...about, username, scopes: String(params['scope']).split(' ') })
}
