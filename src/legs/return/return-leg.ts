import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bindBrowser } from '../../http/bind-browser.ts'
import { requireNavigation } from '../../http/navigation.ts'
import { challengePage } from '../../pages/challenge-page.ts'
import type { Outcome } from '../../records/records.ts'
import { Refusal } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import { finish, revisit } from '../../step-up/finish.ts'
import type { JudgeServices } from '../../step-up/judge.ts'
import { linkKeyOf } from '../../step-up/link-key.ts'
import { bindStepUp } from '../../step-up/openings.ts'
import type { RememberedDevice } from '../../step-up/remember-device.ts'
import { type FollowedLink, goBack, goOn, remember, retry, skip } from '../../step-up/ways-on.ts'
import { noteConcern } from '../../telemetry/request-context.ts'
import { sendAfterStepUp } from '../send-delivery.ts'
import { describeOutcome } from './outcome-pages.ts'

export type ReturnLegServices = JudgeServices & Pick<Services, 'cookie' | 'pages'>

/** The gateway's own pages, below `pathPrefix`: the challenge page, the return from it, and the ways on from there. */
export function serveReturnLeg(app: FastifyInstance, services: ReturnLegServices): void {
  const { config, policies, records, cookie, pages, tracing } = services
  app.addHook('preHandler', async () => noteConcern({ leg: 'return' }))

  // Each of these pages changes something: frames, scripts, prefetches and link scanners must not.
  // guard: no-challenge-in-frames
  app.addHook('preHandler', async ({ method, headers }) => requireNavigation(method, headers))

  app.get<{ Params: { id: string } }>('/challenge/:id', async (request, reply) => {
    const ended = await revisit(services, request.params.id, request.exchange.browser.ids)
    if (ended) return sendOutcome(request, reply, ended)
    const browser = bindBrowser(request, cookie)
    const stepUp = await bindStepUp(services, request.params.id, browser.ids)
    tracing?.link(stepUp.trace)
    browser.keep(reply)
    const { challengeUrl, acceptedMethods, skippableUntil: until } = stepUp
    return pages.send(
      request,
      reply,
      challengePage({
        challengeUrl,
        acceptedMethods,
        supportId: request.id,
        uiLocales: stepUp.case.uiLocales,
        skip:
          until === undefined
            ? undefined
            : { href: hrefTo('skip', request.params.id, stepUp.browser), until },
      }),
    )
  })

  app.get<{ Params: { id: string; nonce: string } }>('/return/:id/:nonce', async (request, reply) => {
    const { id, nonce } = request.params
    const token = readToken(request)
    return sendOutcome(
      request,
      reply,
      await finish(services, id, request.exchange.browser.ids, { nonce, token }),
    )
  })

  app.get<{ Params: { id: string } }>('/retry/:id', async (request, reply) =>
    sendOutcome(request, reply, await retry(services, readLink(request))),
  )

  app.get<{ Params: { id: string } }>('/back/:id', async (request, reply) =>
    sendOutcome(request, reply, await goBack(services, readLink(request))),
  )

  app.get<{ Params: { id: string } }>('/skip/:id', async (request, reply) =>
    sendOutcome(request, reply, await skip(services, readLink(request))),
  )

  app.get<{ Params: { id: string } }>('/remember/:id', async (request, reply) => {
    const { outcome, device } = await remember(services, readLink(request))
    if (device) nameDevice(reply, device)
    return sendOutcome(request, reply, outcome)
  })

  app.get<{ Params: { id: string } }>('/continue/:id', async (request, reply) =>
    sendOutcome(request, reply, await goOn(services, readLink(request))),
  )

  const hrefTo = (way: string, id: string, browser: string | undefined): string =>
    `${config.pathPrefix}/${way}/${id}?key=${linkKeyOf(id, browser)}`

  function nameDevice(reply: FastifyReply, { id, forMs }: RememberedDevice): void {
    reply.setCookie(cookie.deviceName, id, { ...cookie.options, maxAge: Math.floor(forMs / 1000) })
  }

  async function sendOutcome(
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
    outcome: Outcome,
  ): Promise<FastifyReply> {
    const stepUp = await records.stepUps.get(request.params.id)
    if (outcome.kind === 'redirect' || outcome.kind === 'form')
      return sendAfterStepUp(services, request, reply, outcome, stepUp?.case.uiLocales)
    return pages.send(
      request,
      reply,
      describeOutcome(outcome, {
        hrefTo: (way) => hrefTo(way, request.params.id, stepUp?.browser),
        supportId: request.id,
        ...(stepUp && { case: stepUp.case, policy: policies.ofCase(stepUp.case) }),
      }),
    )
  }
}

function readLink({ params, exchange }: FastifyRequest<{ Params: { id: string } }>): FollowedLink {
  const key = new URLSearchParams(exchange.target.query).get('key') ?? ''
  return { id: params.id, key, browser: exchange.browser }
}

/** The result token; a return without one is a cancelled challenge. */
function readToken({ exchange }: FastifyRequest): string | undefined {
  const [token, ...others] = new URLSearchParams(exchange.target.query).getAll('token')
  // guard: one-result-token
  if (others.length > 0) throw new Refusal('ambiguous_parameters', 'more than one token')
  return token === '' ? undefined : token
}
