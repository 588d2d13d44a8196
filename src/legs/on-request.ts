import type { FastifyReply, FastifyRequest } from 'fastify'
import { unlessProtected } from '../forecast.ts'
import type { TargetKind } from '../http/endpoints.ts'
import { type TakeBody, takeBody } from '../http/take-body.ts'
import type { PasskeyHandOver } from '../passkeys/passkey-hand-over.ts'
import { onPageRequest, type PageLegServices } from '../protected-pages/page-leg.ts'
import { Refusal } from '../refusal.ts'
import type { Leg } from '../telemetry/audit-line.ts'
import { noteConcern, waiting } from '../telemetry/request-context.ts'
import { forward, type Onward } from './forward.ts'
import { readPreflight } from './preflight.ts'
import { type AuthorizeServices, authorize } from './request/authorize.ts'
import { requireMethod } from './require-method.ts'
import { redeem, startElsewhere } from './token/back-channel.ts'
import type { TokenLegServices } from './token/token-leg.ts'

export type OnRequestServices = AuthorizeServices &
  TokenLegServices &
  PageLegServices & {
    /** Set if the OP learns of a sign-in by passkey by JWT. */
    readonly handOver?: PasskeyHandOver | undefined
  }

/**
 * Each request before it reaches the OP: every kind of endpoint has its guard. What throws or answers here never
 * reaches the OP.
 */
export async function onRequest(
  services: OnRequestServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Onward> {
  const { kind } = request.exchange
  noteConcern({ leg: legOf(kind) })
  // guard: jwt-at-every-endpoint
  const taken = await services.handOver?.refuseTokens(request)
  switch (kind) {
    case 'open':
      return open(services, request, reply, taken)
    case 'own':
      requireMethod(request, ['GET'])
      throw new Refusal('not_found', 'the gateway has no such page')
    case 'authorization':
      return guard(services, request, (take) => authorize(services, request, reply, take))
    case 'token':
      return guard(services, request, (take) => redeem(services, request, take))
    case 'pushed_authorization':
    case 'device_authorization':
    case 'backchannel_authentication':
      return guard(services, request, (take) => startElsewhere(services, request, kind, take))
  }
}

function legOf(kind: TargetKind): Leg {
  switch (kind) {
    case 'authorization':
    case 'open':
    case 'own':
      return 'request'
    case 'token':
      return 'token'
    case 'pushed_authorization':
    case 'device_authorization':
    case 'backchannel_authentication':
      return 'back_channel'
  }
}

/**
 * While nobody is protected nobody is refused: `monitor` changes nothing.
 *
 * @param judge takes the body once it is willing to read it.
 */
async function guard(
  services: OnRequestServices,
  request: FastifyRequest,
  judge: (take: TakeBody) => Promise<Onward>,
): Promise<Onward> {
  let taken: ReturnType<TakeBody> | undefined
  const take: TakeBody = () => {
    taken ??= waiting(() => takeBody(request))
    return taken
  }
  return unlessProtected(
    services,
    request,
    async () => {
      if (request.method === 'OPTIONS') return forward(request, { headers: readPreflight(request) })
      return judge(take)
    },
    async () => forward(request, { body: await take() }),
  )
}

/** @param taken the body, if it was read before. */
async function open(
  services: OnRequestServices,
  request: FastifyRequest,
  reply: FastifyReply,
  taken: Buffer | undefined,
): Promise<Onward> {
  const opened = await onPageRequest(services, request, reply, taken)
  if (opened.kind === 'answered') return opened
  const { headers, body, page } = opened
  const handedOver = await services.handOver?.handOver(request)
  return forward(request, {
    headers,
    body,
    ...(handedOver && { target: handedOver.raw }),
    ...(page && { learned: { kind: 'page', page } }),
  })
}
