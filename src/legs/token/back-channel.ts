import type { FastifyReply, FastifyRequest } from 'fastify'
import { readForm } from '../../http/read-form.ts'
import { readClient } from '../../oauth/client-authentication.ts'
import { type Parameters, parseParameters } from '../../oauth/parameters.ts'
import { forward, nothing, type Onward } from '../forward.ts'
import { noteClient } from '../noted-client.ts'
import { namesOf, refuseLookAlikes } from '../refuse-look-alikes.ts'
import { onPushedRequest } from '../request/pushed-request.ts'
import { requireShort, requireShortForm } from '../request/readable-request.ts'
import { requireMethod } from '../require-method.ts'
import { onTokenRequest, requireGrant, type TokenLegServices } from './token-leg.ts'

/** A token request: its form is read once, strictly, and given to the token leg. */
export async function redeem(
  services: TokenLegServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Onward> {
  const form = await readBackChannelBody(request, reply)
  const parameters = readBackChannelForm(request, form)
  const redemption = await onTokenRequest(services, request.headers.authorization, parameters)
  return forward(request, { body: form, learned: { kind: 'redemption', redemption, form } })
}

/** A flow that starts outside the browser: a protected client needs its grant on the list. */
export async function startElsewhere(
  services: TokenLegServices,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: 'pushed_authorization' | 'device_authorization' | 'backchannel_authentication',
): Promise<Onward> {
  const body = await readBackChannelBody(request, reply)
  if (kind === 'pushed_authorization') requireShortForm(body)
  const parameters = readBackChannelForm(request, body)
  refuseLookAlikes(services, namesOf(parameters))
  const policy = requireGrant(services, kind, request.headers.authorization, parameters)
  if (kind !== 'pushed_authorization') return forward(request, { body })
  requireShort(parameters)
  const query = await onPushedRequest(services, policy, parameters)
  return forward(request, { body, learned: query === undefined ? nothing : { kind: 'pushed', query } })
}

function readBackChannelBody(request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
  requireMethod(request, reply, ['POST'])
  return readForm(request)
}

function readBackChannelForm(request: FastifyRequest, body: Buffer): Parameters {
  const parameters = parseParameters({ query: request.exchange.target.query, body }, 'backchannel')
  noteClient(request, parameters.get('client_id'))
  noteClient(request, readClient(request.headers.authorization, parameters).clientId)
  return parameters
}
