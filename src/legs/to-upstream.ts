import type { FastifyReply, FastifyRequest } from 'fastify'
import { meetBrowser } from '../http/bind-browser.ts'
import type { CookieRules } from '../http/own-cookie.ts'
import { isOwnForm } from '../http/own-form.ts'
import { challengePath } from '../http/own-paths.ts'
import { readForm } from '../http/read-form.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { type Parameters, parseParameters } from '../oauth/parameters.ts'
import { readRequestObject } from '../oauth/request-object.ts'
import type { PasskeyHandOver } from '../passkeys/passkey-hand-over.ts'
import { onPageRequest, type PageLegPorts } from '../protected-pages/page-leg.ts'
import { Refusal } from '../refusal.ts'
import { type AskedResponsePorts, recordAsked } from './asked-response.ts'
import { passPreflight } from './preflight.ts'
import { refuseLookAlikes } from './refuse-look-alikes.ts'
import { onPushedRequest } from './request/pushed-request.ts'
import { requireShort } from './request/readable-request.ts'
import { onAuthorizationRequest, type RequestLegPorts } from './request/request-leg.ts'
import { onTokenRequest, requireGrant, type TokenLegPorts } from './token/token-leg.ts'

export interface ToUpstreamPorts extends RequestLegPorts, TokenLegPorts, PageLegPorts, AskedResponsePorts {
  readonly cookie: CookieRules
  /** Where the OP is told of a sign-in by passkey by JWT. */
  readonly handOver?: PasskeyHandOver
}

/** On the way to the OP: each kind of endpoint has its guard. What throws or answers here never reaches the OP. */
export async function goToUpstream(
  ports: ToUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { kind } = request.exchange
  await ports.handOver?.refuseTokens(request)
  switch (kind) {
    case 'open':
      await onPageRequest(ports, request, reply)
      return reply.sent ? reply : ports.handOver?.handOver(request)
    case 'own':
      requireMethod(request, reply, ['GET'])
      throw new Refusal('not_found', 'no such page of ours')
    case 'authorization':
      return request.method === 'OPTIONS' ? passPreflight(request) : authorize(ports, request, reply)
    case 'token':
      return request.method === 'OPTIONS' ? passPreflight(request) : redeem(ports, request, reply)
    case 'pushed_authorization':
    case 'device_authorization':
    case 'backchannel_authentication':
      return request.method === 'OPTIONS'
        ? passPreflight(request)
        : startElsewhere(ports, request, reply, kind)
  }
}

async function authorize(ports: ToUpstreamPorts, request: FastifyRequest, reply: FastifyReply) {
  requireMethod(request, reply, ['GET', 'HEAD', 'POST'])
  const { exchange } = request
  const body = request.method === 'POST' ? await readForm(request) : undefined
  const parameters = parseParameters({ query: exchange.target.query, ...(body && { body }) }, 'authorization')
  requireShort(parameters, exchange.body)
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
    case 'untouched':
      // A store that is down stops no client that is not protected; the answer says whether it mattered.
      exchange.asked = answer.asked
      return recordAsked(ports, answer.asked, exchange.browser).catch(() => undefined)
    case 'forward':
      exchange.authorization = answer.authorization
      if (answer.probe) exchange.probe = answer.probe
      met?.keep(reply)
      return
    case 'challenge':
      met?.keep(reply)
      return sendRedirect(reply, challengePath(ports.pathPrefix, answer.stepUpId))
  }
}

/** By what names an authorization request calls its client: its own, and that of its request object (RFC 9101 5). */
function namesOf(parameters: Parameters): readonly (string | undefined)[] {
  const object = parameters.get('request')
  return [parameters.get('client_id'), object && readRequestObject(object)?.get('client_id')]
}

/** The same authorization request by GET. Of a form only what is OAuth's goes into a URL: never a password. */
function asGetTarget(path: string, parameters: Parameters): string {
  return `${path}?${parameters.toOAuthQuery()}`
}

async function redeem(ports: ToUpstreamPorts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const parameters = await readBackChannelForm(request, reply)
  request.exchange.redemption = await onTokenRequest(ports, request.headers.authorization, parameters)
}

/** A flow that starts outside the browser: a protected client needs its grant on the list. */
async function startElsewhere(
  ports: ToUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: 'pushed_authorization' | 'device_authorization' | 'backchannel_authentication',
): Promise<void> {
  const parameters = await readBackChannelForm(request, reply)
  refuseLookAlikes(ports, namesOf(parameters))
  const policy = requireGrant(ports, kind, request.headers.authorization, parameters)
  if (kind !== 'pushed_authorization') return
  requireShort(parameters, request.exchange.body)
  const pushed = await onPushedRequest(ports, policy, parameters)
  if (pushed !== undefined) request.exchange.pushed = pushed
}

async function readBackChannelForm(request: FastifyRequest, reply: FastifyReply): Promise<Parameters> {
  requireMethod(request, reply, ['POST'])
  const body = await readForm(request)
  return parseParameters({ query: request.exchange.target.query, body }, 'backchannel')
}

function requireMethod({ method }: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  if (allowed.includes(method)) return
  reply.header('allow', allowed.join(', '))
  throw new Refusal('method_not_allowed', `${method} at a guarded endpoint`)
}
