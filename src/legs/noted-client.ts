import type { FastifyRequest } from 'fastify'

const clients = new WeakMap<FastifyRequest, string>()

/** Keeps what client a request names, for the log line of its refusal: a body can't be read twice. */
export function noteClient(request: FastifyRequest, clientId: string | undefined): void {
  if (clientId !== undefined) clients.set(request, clientId)
}

/** The client that a request names, as far as it was read. */
export function clientOf(request: FastifyRequest): string | undefined {
  return (
    clients.get(request) ?? new URLSearchParams(request.exchange?.target.query).get('client_id') ?? undefined
  )
}
