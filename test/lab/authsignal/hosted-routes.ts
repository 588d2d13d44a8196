import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { challengePage, enrolPage, messagePage } from './hosted-pages.ts'
import { type Lab, returnUrl } from './lab.ts'
import { actionKey, changeState, enrolledIn, findOrCreateUser } from './model.ts'
import { createAuthenticatorApp, createSecret, findAuthenticatorApp, useCode } from './totp.ts'
import type { Action, AuthenticatorApp, User } from './types.ts'

const query = z.object({ t: z.string() })
const form = z.object({ code: z.string() }).catch({ code: '' })

/** A visit to the hosted pages, as far as its token names one. */
type Visit = { readonly action: Action; readonly user: User }

/** What the visitor has to do; `app` is what the code is checked against. */
type Step =
  | { readonly kind: 'enrol' | 'challenge'; readonly app: AuthenticatorApp }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'return' }

/** The hosted pages: plain forms, whose one field is `code`. */
export function addHostedRoutes(pages: FastifyInstance, lab: Lab): void {
  pages.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    reply.header('referrer-policy', 'no-referrer')
    // No form-action: Chromium would hold it against the redirects that follow the form.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  })

  pages.get('/challenge', async (request, reply) => {
    const visit = await openVisit(lab, request.query)
    if (visit === undefined) return sendExpired(reply)
    return showStep(lab, reply, visit)
  })

  pages.post('/challenge', async (request, reply) => {
    const visit = await openVisit(lab, request.query)
    if (visit === undefined) return sendExpired(reply)
    const step = nextStep(lab, visit)
    if (step.kind !== 'enrol' && step.kind !== 'challenge') return showStep(lab, reply, visit)
    const { action, user } = visit
    const refusal = useCode(lab.tenant, step.app, form.parse(request.body).code)
    if (refusal === undefined) {
      if (step.kind === 'enrol') user.authenticators.push(step.app)
      user.pendingApp = undefined
      changeState(lab.tenant, action, 'CHALLENGE_SUCCEEDED', 'AUTHENTICATOR_APP')
      return sendBack(lab, reply, action)
    }
    if (refusal !== 'malformed') action.wrongCodes += 1
    if (action.wrongCodes >= lab.tenant.settings.maxWrongCodes)
      changeState(lab.tenant, action, 'CHALLENGE_FAILED')
    reply.code(400)
    return showStep(lab, reply, visit, refusal)
  })

  pages.get('/challenge/cancel', async (request, reply) => {
    const visit = await openVisit(lab, request.query)
    if (visit === undefined) return sendExpired(reply)
    return sendBack(lab, reply, visit.action, lab.tenant.settings.cancelWithoutToken)
  })
}

async function openVisit(lab: Lab, input: unknown): Promise<Visit | undefined> {
  const parsed = query.safeParse(input)
  const read = parsed.success ? await lab.tokens.read(parsed.data.t) : undefined
  if (read === undefined) return undefined
  const { userId, actionCode, idempotencyKey } = read.subject
  const action = lab.tenant.actions.get(actionKey(userId, actionCode, idempotencyKey))
  return action && { action, user: findOrCreateUser(lab.tenant, userId) }
}

function nextStep(lab: Lab, { action, user }: Visit): Step {
  if (action.state === 'CHALLENGE_FAILED') return { kind: 'failed' }
  const isUnenrolled = action.state === 'ALLOW' && !action.isEnrolled
  if (action.state !== 'CHALLENGE_REQUIRED' && !isUnenrolled) return { kind: 'return' }
  const isPermitted = action.methods?.includes('AUTHENTICATOR_APP') ?? true
  if (!isPermitted) return { kind: 'elsewhere' }
  const app = findAuthenticatorApp(user)
  if (app !== undefined) return { kind: 'challenge', app }
  if (enrolledIn(user, action.methods).length > 0) return { kind: 'elsewhere' }
  user.pendingApp ??= createAuthenticatorApp(lab.tenant, createSecret())
  return { kind: 'enrol', app: user.pendingApp }
}

async function showStep(
  lab: Lab,
  reply: FastifyReply,
  visit: Visit,
  refusal?: ReturnType<typeof useCode>,
): Promise<FastifyReply> {
  const { action, user } = visit
  const step = nextStep(lab, visit)
  const cancelUrl = `/challenge/cancel?t=${await lab.tokens.issue(action)}`
  reply.type('text/html; charset=utf-8')
  switch (step.kind) {
    case 'enrol':
      return reply.send(await enrolPage({ user, cancelUrl, refusal }, step.app.secret))
    case 'challenge':
      return reply.send(challengePage({ user, cancelUrl, refusal }))
    case 'elsewhere':
      return reply.send(
        messagePage(
          'Another method is needed',
          'This stand-in checks authenticator apps only, and this sign-in asks for another method.',
          cancelUrl,
        ),
      )
    case 'failed':
      return reply.send(
        messagePage('Too many wrong codes', 'This attempt is over. Go back and start again.', cancelUrl),
      )
    case 'return':
      return sendBack(lab, reply, action)
  }
}

async function sendBack(
  lab: Lab,
  reply: FastifyReply,
  action: Action,
  withoutToken = false,
): Promise<FastifyReply> {
  const url = withoutToken ? action.redirectUrl : await returnUrl(lab, action)
  if (url !== undefined) return reply.redirect(url, 303)
  reply.type('text/html; charset=utf-8')
  return reply.send(messagePage('All done', 'You can close this tab and go back to the application.'))
}

function sendExpired(reply: FastifyReply): FastifyReply {
  reply.code(410).type('text/html; charset=utf-8')
  return reply.send(
    messagePage(
      'This link no longer works',
      'It is older than ten minutes, or it is incomplete. Go back to the application and sign in again.',
    ),
  )
}
