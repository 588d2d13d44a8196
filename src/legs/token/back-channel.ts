import type { FastifyRequest } from 'fastify'
import { check, checkTwice } from '../../forecast.ts'
import { readLooseForm } from '../../http/read-form.ts'
import type { TakeBody } from '../../http/take-body.ts'
import { readClient } from '../../oauth/client-authentication.ts'
import { readParameters } from '../../oauth/parameters.ts'
import { noteConcern } from '../../telemetry/request-context.ts'
import { forward, nothing, type Onward } from '../forward.ts'
import { namesOf, refuseLookAlikes } from '../refuse-look-alikes.ts'
import { onPushedRequest } from '../request/pushed-request.ts'
import { requireShort, requireShortForm } from '../request/readable-request.ts'
import { requireMethod } from '../require-method.ts'
import { onTokenRequest, requireGrant, type TokenLegServices } from './token-leg.ts'

/** A token request: its form is read once, strictly, and given to the token leg. */
export async function redeem(
  services: TokenLegServices,
  request: FastifyRequest,
  take: TakeBody,
): Promise<Onward> {
  const { body, read } = await readBackChannelForm(request, take)
  const { authorization } = request.headers
  const { found: redemption, forecast } = await checkTwice(services, request, (all) =>
    onTokenRequest(all, authorization, read),
  )
  return forward(request, { body, learned: { kind: 'redemption', redemption, forecast, form: body } })
}

/** A flow that starts outside the browser: a protected client needs its grant on the list. */
export async function startElsewhere(
  services: TokenLegServices,
  request: FastifyRequest,
  kind: 'pushed_authorization' | 'device_authorization' | 'backchannel_authentication',
  take: TakeBody,
): Promise<Onward> {
  const { body, read } = await readBackChannelForm(request, take, kind === 'pushed_authorization')
  const { parameters } = read
  const query = await check(services, request, async (all) => {
    refuseLookAlikes(all, namesOf(parameters))
    const policy = requireGrant(all, kind, request.headers.authorization, read)
    if (kind !== 'pushed_authorization') return undefined
    requireShort(parameters)
    // What can't be read in one way only is as if it had not been seen.
    return read.faults.size > 0 ? undefined : onPushedRequest(all, policy, parameters)
  })
  return forward(request, { body, learned: query === undefined ? nothing : { kind: 'pushed', query } })
}

/** @param isShort it is a request that the OP writes into its pages. */
async function readBackChannelForm(request: FastifyRequest, take: TakeBody, isShort = false) {
  requireMethod(request, ['POST'])
  const { body = Buffer.alloc(0), fault } = await readLooseForm(request, take)
  if (isShort) requireShortForm(body)
  const read = readParameters({ query: request.exchange.target.query, body }, 'backchannel', fault)
  noteConcern({ clientId: read.parameters.get('client_id') })
  noteConcern({ clientId: readClient(request.headers.authorization, read.parameters).names[0] })
  return { body, read }
}
