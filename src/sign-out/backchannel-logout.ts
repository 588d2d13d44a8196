import type { FastifyInstance } from 'fastify'
import { readForm } from '../http/read-form.ts'
import { parseParameters } from '../oauth/parameters.ts'
import { epochOf } from '../records/epochs.ts'
import type { Services } from '../services.ts'
import { noteConcern } from '../telemetry/request-context.ts'
import { TokenError } from '../token-error.ts'
import { type LogoutTokenServices, verifyLogoutToken } from './logout-token.ts'

/**
 * `{prefix}/backchannel-logout`, registered at the OP for the probe's client: when a session at the OP ends, its passes
 * and proofs end too (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8).
 */
export function serveBackchannelLogout(
  app: FastifyInstance,
  services: LogoutTokenServices & Pick<Services, 'epochs' | 'audit'>,
): void {
  const { epochs, audit } = services
  app.addHook('preHandler', async () => noteConcern({ leg: 'sign_out' }))
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.post('/backchannel-logout', async (request, reply) => {
    const body = await readForm(request)
    const parameters = parseParameters({ query: request.exchange.target.query, body }, 'backchannel')
    const ended = await verifyLogoutToken(services, parameters.get('logout_token') ?? '').catch((cause) => {
      throw new TokenError('invalid_request', `the logout token is not valid: ${cause.message}`, { cause })
    })
    const name = ended.sid === undefined ? epochOf.user(ended.sub) : epochOf.session(ended.sid)
    audit.signedOut('back_channel', (await epochs.end(name)) ?? ended.sub)
    return reply.header('cache-control', 'no-store').send()
  })
}
