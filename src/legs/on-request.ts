import type { FastifyReply, FastifyRequest } from 'fastify'
import { meetBrowser } from '../http/bind-browser.ts'
import type { CookieRules } from '../http/own-cookie.ts'
import { readForm } from '../http/read-form.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { hasBody } from '../http/take-body.ts'
import { authorizationParameters } from '../oauth/oauth-parameters.ts'
import { type Parameters, parseParameters } from '../oauth/parameters.ts'
import { readRequestObject } from '../oauth/request-object.ts'
import type { PasskeyHandOver } from '../passkeys/passkey-hand-over.ts'
import { onPageRequest, type PageLegPorts } from '../protected-pages/page-leg.ts'
import { Refusal } from '../refusal.ts'
import { type Answered, answered, type Forward } from '../upstream/proxy.ts'
import { type AskedResponsePorts, recordAsked } from './asked-response.ts'
import type { Learned } from './learned.ts'
import { readPreflight } from './preflight.ts'
import { refuseLookAlikes } from './refuse-look-alikes.ts'
import { isOwnForm } from './request/in-flight.ts'
import { onPushedRequest } from './request/pushed-request.ts'
import { requireShort } from './request/readable-request.ts'
import { onAuthorizationRequest, type RequestLegPorts } from './request/request-leg.ts'
import { onTokenRequest, requireGrant, type TokenLegPorts } from './token/token-leg.ts'

export interface OnRequestPorts extends RequestLegPorts, TokenLegPorts, PageLegPorts, AskedResponsePorts {
  readonly cookie: CookieRules
  /** Where the OP is told of a sign-in by passkey by JWT. */
  readonly handOver?: PasskeyHandOver
}

type Onward = Forward<Learned> | Answered

/** On the way to the OP: each kind of endpoint has its guard. What throws or answers here never reaches the OP. */
export async function onRequest(
  ports: OnRequestPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Onward> {
  const { kind } = request.exchange
  const taken = await ports.handOver?.refuseTokens(request)
  switch (kind) {
    case 'open':
      return open(ports, request, reply, taken)
    case 'own':
      requireMethod(request, reply, ['GET'])
      throw new Refusal('not_found', 'no such page of ours')
    case 'authorization':
      return isPreflight(request) ? preflight(request) : authorize(ports, request, reply)
    case 'token':
      return isPreflight(request) ? preflight(request) : redeem(ports, request, reply)
    case 'pushed_authorization':
    case 'device_authorization':
    case 'backchannel_authentication':
      return isPreflight(request) ? preflight(request) : startElsewhere(ports, request, reply, kind)
  }
}

/** What goes on as it came, but for what a leg changed. */
function forward(
  { exchange }: FastifyRequest,
  changed: Partial<Pick<Forward<Learned>, 'target' | 'headers' | 'body' | 'learned'>>,
): Forward<Learned> {
  const { target, upstreamHeaders: headers, gone: signal } = exchange
  const asItCame = { target: target.raw, headers, signal, body: undefined, learned: nothing }
  return { kind: 'forward', ...asItCame, ...changed }
}

const nothing: Learned = { kind: 'nothing' }

/** @param taken the body, if it was read before. */
async function open(
  ports: OnRequestPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  taken: Buffer | undefined,
): Promise<Onward> {
  const opened = await onPageRequest(ports, request, reply, taken)
  if (opened.kind === 'answered') return opened
  const { headers, body, page } = opened
  const handedOver = await ports.handOver?.handOver(request)
  return forward(request, {
    headers,
    body,
    ...(handedOver && { target: handedOver.raw }),
    ...(page && { learned: { kind: 'page', page } }),
  })
}

const isPreflight = ({ method }: FastifyRequest): boolean => method === 'OPTIONS'

const preflight = (request: FastifyRequest): Onward => forward(request, { headers: readPreflight(request) })

async function authorize(
  ports: OnRequestPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Onward> {
  requireMethod(request, reply, ['GET', 'HEAD', 'POST'])
  const { exchange } = request
  const body = await readPostedForm(request)
  const parameters = parseParameters({ query: exchange.target.query, ...(body && { body }) }, 'authorization')
  requireShort(parameters, body)
  refuseLookAlikes(ports, namesOf(parameters))
  const met = meetBrowser(request, ports.cookie, parameters.get('state') ?? '')
  const answer = await onAuthorizationRequest(ports, {
    raw: request,
    target: body ? asGetTarget(exchange.target.path, parameters) : exchange.target.raw,
    parameters,
    browser: exchange.browser,
    browserIds: met?.ids ?? [],
    isOwnForm: isOwnForm(request, ports.publicUrl),
    probe: () => ports.askUser(request),
  })
  switch (answer.kind) {
    case 'untouched': {
      const { asked } = answer
      // A store that is down stops no client that is not protected; the answer says whether it mattered.
      await recordAsked(ports, asked, exchange.browser).catch(() => undefined)
      return forward(request, { body, learned: { kind: 'asked', asked } })
    }
    case 'forward': {
      const { authorization, probe } = answer
      met?.keep(reply)
      return forward(request, { body, learned: { kind: 'authorization', authorization, probe } })
    }
    case 'challenge':
      met?.keep(reply)
      sendRedirect(reply, `${ports.pathPrefix}/challenge/${answer.stepUpId}`)
      return answered
  }
}

/**
 * An OP could read parameters in the body of a GET or a HEAD too, where a client has none (RFC 9110 9.3.1).
 *
 * @throws {Refusal} `malformed_parameters`; as `readForm` does.
 */
async function readPostedForm(request: FastifyRequest): Promise<Buffer | undefined> {
  if (request.method === 'POST') return readForm(request)
  if (!hasBody(request.headers)) return undefined
  throw new Refusal('malformed_parameters', `an authorization request by ${request.method} with a body`)
}

/** By what names an authorization request calls its client: its own, and that of its request object (RFC 9101 5). */
function namesOf(parameters: Parameters): readonly (string | undefined)[] {
  const object = parameters.get('request')
  return [parameters.get('client_id'), object && readRequestObject(object)?.get('client_id')]
}

/** The same authorization request by GET. Of a form only what is OAuth's goes into a URL: never a password. */
function asGetTarget(path: string, parameters: Parameters): string {
  const foreign = [...parameters.names].filter((name) => !authorizationParameters.has(name))
  return `${path}?${parameters.toQuery(new Map(foreign.map((name) => [name, undefined])))}`
}

async function redeem(ports: OnRequestPorts, request: FastifyRequest, reply: FastifyReply): Promise<Onward> {
  const { body: form, parameters } = await readBackChannelForm(request, reply)
  const redemption = await onTokenRequest(ports, request.headers.authorization, parameters)
  return forward(request, { body: form, learned: { kind: 'redemption', redemption, form } })
}

/** A flow that starts outside the browser: a protected client needs its grant on the list. */
async function startElsewhere(
  ports: OnRequestPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: 'pushed_authorization' | 'device_authorization' | 'backchannel_authentication',
): Promise<Onward> {
  const { body, parameters } = await readBackChannelForm(request, reply)
  refuseLookAlikes(ports, namesOf(parameters))
  const policy = requireGrant(ports, kind, request.headers.authorization, parameters)
  if (kind !== 'pushed_authorization') return forward(request, { body })
  requireShort(parameters, body)
  const query = await onPushedRequest(ports, policy, parameters)
  return forward(request, { body, learned: query === undefined ? nothing : { kind: 'pushed', query } })
}

async function readBackChannelForm(request: FastifyRequest, reply: FastifyReply) {
  requireMethod(request, reply, ['POST'])
  const body = await readForm(request)
  return { body, parameters: parseParameters({ query: request.exchange.target.query, body }, 'backchannel') }
}

function requireMethod({ method }: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  if (allowed.includes(method)) return
  reply.header('allow', allowed.join(', '))
  throw new Refusal('method_not_allowed', `${method} at a guarded endpoint`)
}
