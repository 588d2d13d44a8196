import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PasskeyHandOver } from '../passkeys/passkey-hand-over.ts'
import { onPageRequest, type PageLegServices } from '../protected-pages/page-leg.ts'
import { Refusal } from '../refusal.ts'
import { forward, type Onward } from './forward.ts'
import { readPreflight } from './preflight.ts'
import { type AuthorizePorts, authorize } from './request/authorize.ts'
import { requireMethod } from './require-method.ts'
import { redeem, startElsewhere } from './token/back-channel.ts'
import type { TokenLegPorts } from './token/token-leg.ts'

export interface OnRequestPorts extends AuthorizePorts, TokenLegPorts, PageLegServices {
  /** Where the OP is told of a sign-in by passkey by JWT. */
  readonly handOver?: PasskeyHandOver
}

/** On the way to the OP: each kind of endpoint has its guard. What throws or answers here never reaches the OP. */
export async function onRequest(
  ports: OnRequestPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Onward> {
  const { kind } = request.exchange
  // guard: jwt-at-every-endpoint
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
