import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { StandIn } from '../model/stand-in.ts'
import { codesPage } from './codes-page.ts'
import { messagePage } from './layout.ts'
import { mailsPage } from './mails.ts'
import { outages } from './outages.ts'
import { overviewPage } from './overview-page.ts'
import { sendPage } from './send-page.ts'

const outageForm = z.object({ fault: z.enum(['none', ...outages.keys()]) })

/** What the operator of a rehearsal looks at, and the switch that makes Authsignal fail. */
export function addOperatorRoutes(pages: FastifyInstance, standIn: StandIn): void {
  pages.get('/', async (_request, reply) => sendPage(reply, overviewPage(standIn)))
  pages.get('/mails', async (_request, reply) => sendPage(reply, mailsPage(standIn.mails)))
  pages.get('/codes', async (_request, reply) => sendPage(reply, codesPage(standIn)))

  pages.post('/outage', async (request, reply) => {
    const sent = outageForm.safeParse(request.body)
    // Another page in the browser could send the form as well.
    const isOwn = (request.headers['sec-fetch-site'] ?? 'same-origin') === 'same-origin'
    const fault = outages.get(sent.data?.fault ?? '')
    if (!sent.success || !isOwn) {
      reply.code(400)
      return sendPage(
        reply,
        messagePage('Nothing was changed', 'Use the form on the page of decisions.', '/'),
      )
    }
    standIn.faults.clear()
    if (fault !== undefined)
      for (const target of ['track', 'validate'] as const)
        standIn.faults.plan(target, fault.fault, Number.POSITIVE_INFINITY)
    return reply.redirect('/', 303)
  })
}
