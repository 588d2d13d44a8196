import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { type Form, submitTask } from './hosted-forms.ts'
import { messagePage } from './hosted-layout.ts'
import { passkeyScriptSource } from './hosted-passkey-page.ts'
import { renderStep, type Wrong } from './hosted-show.ts'
import { nextStep, type Visit } from './hosted-step.ts'
import { type Lab, returnUrl } from './lab.ts'
import { mailsPage } from './mails.ts'
import { actionKey, changeState, findOrCreateUser } from './model.ts'
import type { Action } from './types.ts'

const query = z.object({ t: z.string(), method: z.string().optional() })
const form = z.record(z.string(), z.string()).catch({})

/** The hosted pages: plain forms, and the mails that they send. */
export function addHostedRoutes(pages: FastifyInstance, lab: Lab): void {
  pages.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    reply.header('referrer-policy', 'no-referrer')
    // No form-action: Chromium would hold it against the redirects that follow the form.
    const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${passkeyScriptSource}`
    reply.header('content-security-policy', policy)
  })

  pages.get('/challenge', async (request, reply) => {
    const visit = await openVisit(lab, request.query)
    if (visit === undefined) return sendExpired(reply)
    return showStep(lab, reply, visit)
  })

  pages.post('/challenge', async (request, reply) => {
    const visit = await openVisit(lab, request.query)
    if (visit === undefined) return sendExpired(reply)
    return submit(lab, reply, visit, form.parse(request.body), request.url)
  })

  pages.get('/challenge/cancel', async (request, reply) => {
    const visit = await openVisit(lab, request.query)
    if (visit === undefined) return sendExpired(reply)
    return sendBack(lab, reply, visit.action, lab.tenant.settings.cancelWithoutToken)
  })

  pages.get('/mails', async (_request, reply) => sendPage(reply, mailsPage(lab.mails)))
}

async function openVisit(lab: Lab, input: unknown): Promise<Visit | undefined> {
  const parsed = query.safeParse(input)
  const read = parsed.success ? await lab.tokens.read(parsed.data.t) : undefined
  if (read === undefined) return undefined
  const { userId, actionCode, idempotencyKey } = read.subject
  const action = lab.tenant.actions.get(actionKey(userId, actionCode, idempotencyKey))
  return action && { action, user: findOrCreateUser(lab.tenant, userId), wanted: parsed.data?.method }
}

async function submit(
  lab: Lab,
  reply: FastifyReply,
  visit: Visit,
  sent: Form,
  url: string,
): Promise<FastifyReply> {
  const step = nextStep(lab, visit)
  if (step.kind !== 'enrol' && step.kind !== 'challenge') return showStep(lab, reply, visit)
  const { action } = visit
  const outcome = await submitTask(lab, step, visit, sent)
  switch (outcome.kind) {
    case 'done':
      changeState(lab.tenant, action, 'CHALLENGE_SUCCEEDED', step.method)
      return sendBack(lab, reply, action)
    case 'again':
      // By GET, so that a reload sends no second mail.
      return reply.redirect(url, 303)
    case 'wrong':
      if (outcome.counts) action.wrongCodes += 1
      if (action.wrongCodes >= lab.tenant.settings.maxWrongCodes)
        changeState(lab.tenant, action, 'CHALLENGE_FAILED')
      reply.code(400)
      return showStep(lab, reply, visit, outcome)
  }
}

async function showStep(lab: Lab, reply: FastifyReply, visit: Visit, wrong: Wrong = {}) {
  const page = await renderStep(lab, nextStep(lab, visit), visit, wrong)
  return page === undefined ? sendBack(lab, reply, visit.action) : sendPage(reply, page)
}

async function sendBack(
  lab: Lab,
  reply: FastifyReply,
  action: Action,
  withoutToken = false,
): Promise<FastifyReply> {
  const url = withoutToken ? action.redirectUrl : await returnUrl(lab, action)
  if (url !== undefined) return reply.redirect(url, 303)
  return sendPage(reply, messagePage('All done', 'You can close this tab and go back to the application.'))
}

function sendExpired(reply: FastifyReply): FastifyReply {
  reply.code(410)
  return sendPage(
    reply,
    messagePage(
      'This link no longer works',
      'It is older than ten minutes, or it is incomplete. Go back to the application and sign in again.',
    ),
  )
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page)
}
