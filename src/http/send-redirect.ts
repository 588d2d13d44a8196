import type { FastifyReply } from 'fastify'

/** 303, so that no form is sent again; never stored, and the address that it comes from stays here. */
export function sendRedirect(reply: FastifyReply, location: string): FastifyReply {
  return reply
    .code(303)
    .header('location', location)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .send()
}
