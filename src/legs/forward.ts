import type { FastifyRequest } from 'fastify'
import type { Answered, Forward } from '../upstream/proxy.ts'
import type { Learned } from './learned.ts'

/** Where a request goes: on to the OP, or nowhere, because it was answered here. */
export type Onward = Forward<Learned> | Answered

/** What goes on as it came, but for what a leg changed. */
export function forward(
  { exchange }: FastifyRequest,
  changed: Partial<Pick<Forward<Learned>, 'target' | 'headers' | 'body' | 'learned'>>,
): Forward<Learned> {
  const { target, upstreamHeaders: headers, gone: signal } = exchange
  const asItCame = { target: target.raw, headers, signal, body: undefined, learned: nothing }
  return { kind: 'forward', ...asItCame, ...changed }
}

export const nothing: Learned = { kind: 'nothing' }
