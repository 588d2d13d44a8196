import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema.ts'
import { browserIdOf } from '../edge/browser.ts'
import { readCookie } from '../edge/cookies.ts'
import { isNavigation } from '../edge/navigation.ts'
import type { CookieRules } from '../edge/own-cookie.ts'
import { Refusal } from '../edge/refusal.ts'
import { challengePage } from '../pages/challenge-page.ts'
import { notVerifiedPage, startAgainPage } from '../pages/outcome-page.ts'
import { sendPage } from '../pages/send-page.ts'
import type { Finisher } from '../step-up/finish.ts'
import type { Openings } from '../step-up/openings.ts'
import type { Outcome } from '../step-up/records.ts'
import type { WaysOn } from '../step-up/ways-on.ts'
import { sendRedirect } from './send-redirect.ts'

export interface ReturnLegPorts {
  readonly config: Config
  readonly cookie: CookieRules
  readonly openings: Openings
  readonly finisher: Finisher
  readonly waysOn: WaysOn
}

/** The gateway's own pages, below `pathPrefix`: the challenge page, the return from it, and the ways on from there. */
export function serveReturnLeg(app: FastifyInstance, ports: ReturnLegPorts): void {
  const { config, openings, finisher, waysOn } = ports

  // Each of these pages changes something: frames, scripts, prefetches and link scanners must not.
  app.addHook('preHandler', async ({ method, headers }) => {
    if (!isNavigation(method, headers)) {
      throw new Refusal('malformed_headers', 'a page for top-level navigation only')
    }
  })

  app.get<{ Params: { id: string } }>('/challenge/:id', async (request, reply) => {
    const { cookie } = ports
    const current = readCookie(request.headers.cookie, cookie.name)
    const value = current ?? randomBytes(32).toString('base64url')
    const stepUp = await openings.bind(request.params.id, browserIdOf(value))
    if (current === undefined) reply.setCookie(cookie.name, value, cookie.options)
    return sendPage(reply, challengePage({ challengeUrl: stepUp.challengeUrl, supportId: request.id }))
  })

  app.get<{ Params: { id: string; nonce: string } }>('/return/:id/:nonce', async (request, reply) => {
    const { id, nonce } = request.params
    const token = readToken(request)
    return sendOutcome(
      request,
      reply,
      await finisher.finish(id, request.exchange.browser.id, { nonce, token }),
    )
  })

  app.get<{ Params: { id: string } }>('/retry/:id', async (request, reply) =>
    sendOutcome(request, reply, await waysOn.retry(request.params.id, request.exchange.browser)),
  )

  app.get<{ Params: { id: string } }>('/back/:id', async (request, reply) =>
    sendOutcome(request, reply, await waysOn.goBack(request.params.id, request.exchange.browser.id)),
  )

  function sendOutcome(
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
    outcome: Outcome,
  ): FastifyReply {
    const { id } = request.params
    switch (outcome.kind) {
      case 'redirect':
        return sendRedirect(reply, outcome.location)
      case 'start_again':
        return sendPage(reply, startAgainPage({ supportId: request.id }))
      case 'not_verified':
        return sendPage(
          reply,
          notVerifiedPage({
            reason: outcome.reason,
            retryHref: `${config.pathPrefix}/retry/${id}`,
            backHref: `${config.pathPrefix}/back/${id}`,
            supportId: request.id,
          }),
        )
    }
  }
}

/** The result token; a return without one is a cancelled challenge. */
function readToken({ exchange }: FastifyRequest): string | undefined {
  const [token, ...others] = new URLSearchParams(exchange.target.query).getAll('token')
  if (others.length > 0) throw new Refusal('ambiguous_parameters', 'more than one token')
  return token === '' ? undefined : token
}
