import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PasskeyHandOver } from '../passkeys/passkey-hand-over.ts'
import { onPageRequest, type PageLegServices } from '../protected-pages/page-leg.ts'
import { Refusal } from '../refusal.ts'
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
  // guard: jwt-at-every-endpoint
  const taken = await services.handOver?.refuseTokens(request)
  switch (kind) {
    case 'open':
      return open(services, request, reply, taken)
    case 'own':
      requireMethod(request, reply, ['GET'])
      throw new Refusal('not_found', 'the gateway has no such page')
    case 'authorization':
      return isPreflight(request) ? preflight(request) : authorize(services, request, reply)
    case 'token':
      return isPreflight(request) ? preflight(request) : redeem(services, request, reply)
    case 'pushed_authorization':
    case 'device_authorization':
    case 'backchannel_authentication':
      return isPreflight(request) ? preflight(request) : startElsewhere(services, request, reply, kind)
  }
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

const isPreflight = ({ method }: FastifyRequest): boolean => method === 'OPTIONS'

const preflight = (request: FastifyRequest): Onward => forward(request, { headers: readPreflight(request) })
