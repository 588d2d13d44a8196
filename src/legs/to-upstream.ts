import type { FastifyReply, FastifyRequest } from 'fastify'
import { authorizationParameters } from '../edge/oauth-parameters.ts'
import { type Parameters, parseParameters } from '../edge/parameters.ts'
import { Refusal } from '../edge/refusal.ts'
import { onPageRequest, type PageLegPorts } from './page-leg.ts'
import { passPreflight } from './preflight.ts'
import { onPushedRequest } from './pushed-request.ts'
import { readForm } from './read-form.ts'
import { onAuthorizationRequest, type RequestLegPorts } from './request-leg.ts'
import { sendRedirect } from './send-redirect.ts'
import { onTokenRequest, requireGrant, type TokenLegPorts } from './token-leg.ts'

export interface ToUpstreamPorts extends RequestLegPorts, TokenLegPorts, PageLegPorts {}

/** On the way to the OP: each kind of endpoint has its guard. What throws or answers here never reaches the OP. */
export async function goToUpstream(
  ports: ToUpstreamPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { kind } = request.exchange
  switch (kind) {
    case 'open':
      return onPageRequest(ports, request, reply)
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
  const answer = await onAuthorizationRequest(ports, {
    raw: request,
    target: body ? asGetTarget(exchange.target.path, parameters) : exchange.target.raw,
    parameters,
    browser: exchange.browser,
    probe: () => ports.askUser(request),
  })
  switch (answer.kind) {
    case 'untouched':
      return
    case 'forward':
      exchange.authorization = answer.authorization
      if (answer.probe) exchange.probe = answer.probe
      return
    case 'challenge':
      return sendRedirect(reply, `${ports.pathPrefix}/challenge/${answer.stepUpId}`)
  }
}

/** The same authorization request by GET. Of a form only what is OAuth's goes into a URL: never a password. */
function asGetTarget(path: string, parameters: Parameters): string {
  const foreign = [...parameters.names].filter((name) => !authorizationParameters.has(name))
  return `${path}?${parameters.toQuery(new Map(foreign.map((name) => [name, undefined])))}`
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
  const policy = requireGrant(ports, kind, request.headers.authorization, parameters)
  if (kind !== 'pushed_authorization') return
  const pushed = await onPushedRequest(ports.records, policy, parameters)
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
