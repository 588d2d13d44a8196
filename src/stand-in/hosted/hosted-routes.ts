import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { actionKey, changeState, findOrCreateUser } from '../model/model.ts'
import { returnUrl, type StandIn } from '../model/stand-in.ts'
import type { Action } from '../model/types.ts'
import { messagePage } from './layout.ts'
import { nextStep, type Visit } from './next-step.ts'
import { renderStep, type Wrong } from './render-step.ts'
import { sendPage } from './send-page.ts'
import { type Form, submitTask } from './submit-task.ts'

const query = z.object({ t: z.string(), method: z.string().optional() })
const form = z.record(z.string(), z.string()).catch({})

/** The pages of challenges: plain forms, and the mails that they send. */
export function addHostedRoutes(pages: FastifyInstance, standIn: StandIn): void {
  pages.get('/challenge', async (request, reply) => {
    const visit = await openVisit(standIn, request.query)
    if (visit === undefined) return sendExpired(reply)
    return showStep(standIn, reply, visit)
  })

  pages.post('/challenge', async (request, reply) => {
    const visit = await openVisit(standIn, request.query)
    if (visit === undefined) return sendExpired(reply)
    return submit(standIn, reply, visit, form.parse(request.body), request.url)
  })

  pages.get('/challenge/cancel', async (request, reply) => {
    const visit = await openVisit(standIn, request.query)
    if (visit === undefined) return sendExpired(reply)
    return sendBack(standIn, reply, visit.action, standIn.tenant.settings.cancelWithoutToken)
  })
}

async function openVisit(standIn: StandIn, input: unknown): Promise<Visit | undefined> {
  const parsed = query.safeParse(input)
  const read = parsed.success ? await standIn.tokens.read(parsed.data.t) : undefined
  if (read === undefined) return undefined
  const { userId, actionCode, idempotencyKey } = read.subject
  const action = standIn.tenant.actions.get(actionKey(userId, actionCode, idempotencyKey))
  return action && { action, user: findOrCreateUser(standIn.tenant, userId), wanted: parsed.data?.method }
}

async function submit(
  standIn: StandIn,
  reply: FastifyReply,
  visit: Visit,
  sent: Form,
  url: string,
): Promise<FastifyReply> {
  const step = nextStep(standIn, visit)
  if (step.kind !== 'enrol' && step.kind !== 'challenge') return showStep(standIn, reply, visit)
  const { action } = visit
  const outcome = await submitTask(standIn, step, visit, sent)
  switch (outcome.kind) {
    case 'done':
      changeState(standIn.tenant, action, 'CHALLENGE_SUCCEEDED', step.method)
      return sendBack(standIn, reply, action)
    case 'again':
      // By GET, so that a reload sends no second mail.
      return reply.redirect(url, 303)
    case 'wrong':
      if (outcome.counts) action.wrongCodes += 1
      if (action.wrongCodes >= standIn.tenant.settings.maxWrongCodes)
        changeState(standIn.tenant, action, 'CHALLENGE_FAILED')
      reply.code(400)
      return showStep(standIn, reply, visit, outcome)
  }
}

async function showStep(standIn: StandIn, reply: FastifyReply, visit: Visit, wrong: Wrong = {}) {
  const page = await renderStep(standIn, nextStep(standIn, visit), visit, wrong)
  return page === undefined ? sendBack(standIn, reply, visit.action) : sendPage(reply, page)
}

async function sendBack(
  standIn: StandIn,
  reply: FastifyReply,
  action: Action,
  withoutToken = false,
): Promise<FastifyReply> {
  const url = withoutToken ? action.redirectUrl : await returnUrl(standIn, action)
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
