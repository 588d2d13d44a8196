import type { FastifyInstance, FastifyReply } from 'fastify'
import { passkeyScriptSource } from './passkey-page.ts'

/** The headers of every page. */
export function addPageHeaders(pages: FastifyInstance): void {
  pages.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    reply.header('referrer-policy', 'no-referrer')
    // No form-action: Chromium would hold it against the redirects that follow the form.
    const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${passkeyScriptSource}`
    reply.header('content-security-policy', policy)
  })
}

export function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page)
}
