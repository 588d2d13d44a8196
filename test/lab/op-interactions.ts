import type Provider from 'oidc-provider'
import type { InteractionResults, KoaContextWithOIDC } from 'oidc-provider'
import { readForm } from './listen.ts'
import { renderConsentPage, renderLoginPage, renderOpErrorPage } from './op-pages.ts'
import type { ReadPasskey } from './op-passkeys.ts'
import { acrOf, type LabUser, MFA_AMR, PASSKEY_AMR } from './op-world.ts'

/**
 * As strict as the pages of a careful OP: a form may lead nowhere but back to the OP, redirects included. Chromium
 * enforces that on every hop after the form, so each client's origin is added where its request is answered.
 */
export const STRICT_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

/** The same for an OP whose pages may have scripts of its own origin: those of a gateway's passkeys too. */
export const SCRIPTED_POLICY = `script-src 'self'; connect-src 'self'; ${STRICT_POLICY}`

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** What an OP may have beside passwords. */
export interface InteractionOptions {
  readonly readPasskey?: ReadPasskey
  readonly contentSecurityPolicy?: string
}

/**
 * The pages between an authorization request and its answer: GET shows the login or the consent form, POST to
 * `login`, `consent` or `abort` below it goes on to the resume URL, from which the OP answers the client. So does GET
 * `passkey` with a JWT that says who signed in by passkey.
 */
export function serveInteractions(
  provider: Provider,
  users: readonly LabUser[],
  { readPasskey, contentSecurityPolicy = STRICT_POLICY }: InteractionOptions = {},
) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    const [, uid, step] = /^\/interaction\/([\w-]+)(?:\/(login|consent|abort|passkey))?$/.exec(ctx.path) ?? []
    if (uid === undefined) return next()
    ctx.set('cache-control', 'no-store')
    ctx.type = 'html'
    ctx.set('content-security-policy', contentSecurityPolicy)
    const interaction = await findInteraction(provider, ctx)
    if (interaction === undefined || interaction.uid !== uid) {
      ctx.status = 400
      ctx.body = renderOpErrorPage(
        'invalid_request',
        'This sign-in has expired. Start again at the application.',
      )
      return
    }
    allowAnswer(ctx, interaction)
    if (ctx.method === 'POST') {
      await answerForm(provider, users, ctx, interaction, step)
    } else if (step === 'passkey' && readPasskey !== undefined && interaction.prompt.name === 'login') {
      await takePasskey(provider, users, ctx, readPasskey)
    } else {
      await showForm(provider, users, ctx, interaction)
    }
  }
}

/** The next hops after a form may lead to the client: its origin joins `form-action`. */
function allowAnswer(ctx: KoaContextWithOIDC, interaction: Interaction): void {
  const policy = ctx.response.get('content-security-policy')
  ctx.set('content-security-policy', `${policy}${answerOrigins(interaction)}`)
}

async function takePasskey(
  provider: Provider,
  users: readonly LabUser[],
  ctx: KoaContextWithOIDC,
  readPasskey: ReadPasskey,
): Promise<void> {
  const sub = await readPasskey([ctx.query['token'] ?? ''].flat().join())
  const user = users.find((candidate) => candidate.sub === sub)
  if (user === undefined) {
    ctx.status = 400
    ctx.body = renderOpErrorPage('invalid_request', 'This sign-in by passkey does not count. Try again.')
  } else {
    const login = { accountId: user.sub, amr: [...PASSKEY_AMR], acr: acrOf(PASSKEY_AMR) }
    await finish(provider, ctx, { login })
  }
}

async function findInteraction(
  provider: Provider,
  ctx: KoaContextWithOIDC,
): Promise<Interaction | undefined> {
  try {
    return await provider.interactionDetails(ctx.req, ctx.res)
  } catch {
    return undefined
  }
}

/** The origins to which the answer of this client's request may go. */
function answerOrigins(interaction: Interaction): string {
  const redirectUri = interaction.params['redirect_uri']
  return typeof redirectUri === 'string' && /^https?:/.test(redirectUri)
    ? ` ${new URL(redirectUri).origin}`
    : ''
}

async function showForm(
  provider: Provider,
  users: readonly LabUser[],
  ctx: KoaContextWithOIDC,
  interaction: Interaction,
  retry: { readonly username?: string; readonly problem?: string } = {},
): Promise<void> {
  const action = `/interaction/${interaction.uid}`
  const clientName = await nameClient(provider, interaction)
  if (interaction.prompt.name === 'consent') {
    const user = users.find((candidate) => candidate.sub === interaction.session?.accountId)
    const scopes = String(interaction.params['scope'] ?? '').split(' ')
    ctx.body = renderConsentPage({ action, clientName, username: user?.username ?? '', scopes })
  } else {
    const username = retry.username ?? String(interaction.params['login_hint'] ?? '')
    const problem = retry.problem === undefined ? {} : { problem: retry.problem }
    ctx.body = renderLoginPage({ action, clientName, username, ...problem })
  }
}

async function nameClient(provider: Provider, interaction: Interaction): Promise<string> {
  const client = await provider.Client.find(String(interaction.params['client_id']))
  return client?.clientName ?? 'the application'
}

async function answerForm(
  provider: Provider,
  users: readonly LabUser[],
  ctx: KoaContextWithOIDC,
  interaction: Interaction,
  step: string | undefined,
): Promise<void> {
  const form = await readForm(ctx.req)
  if (step === 'abort') {
    await finish(provider, ctx, { error: 'access_denied', error_description: 'the person cancelled' })
  } else if (step === 'login' && interaction.prompt.name === 'login') {
    const username = form.get('username')?.trim() ?? ''
    const user = users.find((candidate) => candidate.username === username)
    if (user === undefined || form.get('password') !== user.username) {
      return showForm(provider, users, ctx, interaction, {
        username,
        problem: 'That was not the right name and password.',
      })
    }
    const amr = form.get('amr') === 'mfa' ? MFA_AMR : user.amr
    await finish(provider, ctx, { login: { accountId: user.sub, amr: [...amr], acr: acrOf(amr) } })
  } else if (step === 'consent' && interaction.prompt.name === 'consent') {
    await finish(provider, ctx, { consent: { grantId: await grantRequest(provider, interaction) } })
  } else {
    await showForm(provider, users, ctx, interaction)
  }
}

async function finish(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  result: InteractionResults,
): Promise<void> {
  const mergeWithLastSubmission = 'consent' in result
  const resumeUrl = await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission })
  ctx.redirect(resumeUrl)
  ctx.status = 303
  ctx.body = ''
}

/** Gives a client all that it asked for. */
export async function grantRequest(provider: Provider, interaction: Interaction): Promise<string> {
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId)
  const grant = known ?? new provider.Grant(whoAsked(interaction))
  grant.addOIDCScope(String(interaction.params['scope'] ?? ''))
  const { missingOIDCClaims, missingResourceScopes } = interaction.prompt.details
  if (Array.isArray(missingOIDCClaims)) grant.addOIDCClaims(missingOIDCClaims)
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, [scopes].flat().join(' '))
  }
  return grant.save()
}

function whoAsked(interaction: Interaction): { accountId: string; clientId: string } {
  if (interaction.session === undefined) throw new Error('a consent without a session')
  return { accountId: interaction.session.accountId, clientId: String(interaction.params['client_id']) }
}
