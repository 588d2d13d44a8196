import type { FastifyReply, FastifyRequest } from 'fastify'
import { check, type Forecastable } from '../../forecast.ts'
import { meetBrowser } from '../../http/bind-browser.ts'
import { isOwnForm } from '../../http/own-form.ts'
import { type LooseForm, readLooseForm } from '../../http/read-form.ts'
import { sendRedirect } from '../../http/send-redirect.ts'
import { hasBody, type TakeBody } from '../../http/take-body.ts'
import { mayBeRequest, saysWhoAsks } from '../../oauth/oauth-parameters.ts'
import { type Parameters, readParameters } from '../../oauth/parameters.ts'
import { askThroughBrowser, isOwnQuestion } from '../../probe/browser-probe.ts'
import { findUser } from '../../probe/find-user.ts'
import { Refusal } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import { noteConcern } from '../../telemetry/request-context.ts'
import { answered } from '../../upstream/proxy.ts'
import { recordAsked } from '../asked-response.ts'
import { forward, type Onward } from '../forward.ts'
import { namesOf, refuseLookAlikes } from '../refuse-look-alikes.ts'
import { requireMethod } from '../require-method.ts'
import { readOwnForm } from './own-form.ts'
import { requireShort, requireShortForm } from './readable-request.ts'
import { onAuthorizationRequest, type RequestLegServices } from './request-leg.ts'

export type AuthorizeServices = RequestLegServices &
  Forecastable &
  Pick<Services, 'cookie' | 'askUser' | 'provider'>

/**
 * A request at an authorization endpoint: read once, strictly, and given to the request leg. What comes there without
 * being an authorization request goes on as it came: a form of the OP's own, or a link to a request that the OP has kept.
 * The response leg knows by the browser which request is answered then.
 */
export async function authorize(
  services: AuthorizeServices,
  request: FastifyRequest,
  reply: FastifyReply,
  take: TakeBody,
): Promise<Onward> {
  requireMethod(request, ['GET', 'HEAD', 'POST'])
  const { exchange } = request
  const { body, fault } = await readPostedForm(request, take)
  if (body) requireShortForm(body)
  const read = readParameters({ query: exchange.target.query, body }, 'authorization', fault)
  const { parameters, faults } = read
  noteConcern({ clientId: parameters.get('client_id') })
  requireShort(parameters)
  // guard: names-in-requests
  await check(services, request, (all) => refuseLookAlikes(all, namesOf(parameters)))
  const { names } = parameters
  const isRequest =
    /* guard: requests-among-forms */ mayBeRequest(names) ||
    (request.method !== 'POST' && /* guard: requests-among-links */ saysWhoAsks(names))
  if (!isRequest) {
    const ask = await check(services, request, (all) => readOwnForm(all, read))
    return forward(request, { body, learned: { kind: 'form', ask } })
  }
  const met = meetBrowser(request, services.cookie, parameters.get('state') ?? '')
  // They are made when they are asked for: few requests are.
  const browserIds = (): readonly string[] => met?.ids ?? []
  const isOwn = faults.size === 0 && (await isOwnQuestion(services, parameters, browserIds))
  if (isOwn) return forward(request, { body })
  const target = body ? asGetTarget(exchange.target.path, parameters) : exchange.target.raw
  const about = { kind: 'request', target } as const
  const answer = await onAuthorizationRequest(services, {
    raw: request,
    target,
    parameters,
    faults: [...faults.values()],
    browser: exchange.browser,
    get browserIds() {
      return browserIds()
    },
    isOwnForm: isOwnForm(request, services.config.publicUrl),
    probe: (mayAskBrowser) => findUser(services, request, { about, mayAskBrowser }),
    askThroughBrowser: async () => met && askThroughBrowser(services, request, met.id, about),
  })
  switch (answer.kind) {
    case 'untouched': {
      const { asked, isRecorded } = answer
      if (isRecorded) met?.keep(reply)
      // A store that is down stops no client that is not protected; the answer says whether it mattered.
      await recordAsked(services, asked, exchange.browser).catch(() => undefined)
      return forward(request, { body, learned: { kind: 'asked', asked } })
    }
    case 'forward': {
      const { authorization, probe } = answer
      met?.keep(reply)
      return forward(request, { body, learned: { kind: 'authorization', authorization, probe } })
    }
    case 'detour':
      met?.keep(reply)
      sendRedirect(reply, answer.to)
      return answered
  }
}

/**
 * An OP could read parameters in the body of a GET or a HEAD too, where a client has none (RFC 9110 9.3.1).
 *
 * @throws {Refusal} `malformed_parameters`; as `readLooseForm` does.
 */
async function readPostedForm(request: FastifyRequest, take: TakeBody): Promise<LooseForm> {
  const { method, headers } = request
  if (method === 'POST') return readLooseForm(request, take)
  if (!hasBody(headers)) return {}
  throw new Refusal('malformed_parameters', `an authorization request by ${method} with a body`)
}

/** The same authorization request by GET. Of a form only what is OAuth's goes into a URL: never a password. */
function asGetTarget(path: string, parameters: Parameters): string {
  return `${path}?${parameters.toOAuthQuery()}`
}
