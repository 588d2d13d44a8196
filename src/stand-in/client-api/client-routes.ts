import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { withFaults } from '../model/faults.ts'
import { findOrCreateUser } from '../model/model.ts'
import { findPasskey } from '../model/passkeys.ts'
import type { StandIn } from '../model/stand-in.ts'
import { ApiError, parseInput, sendClientError } from '../server-api/api-error.ts'
import { presentAuthenticator } from '../server-api/present-authenticator.ts'
import { identifyCaller, identifyTokenHolder } from './client-auth.ts'
import { offerRegistration, registerPasskey } from './passkey-registration.ts'
import { offerAuthentication, startChallenge, verifyPasskey } from './passkey-sign-in.ts'

const credentialQuery = z.object({ credentialIds: z.string() })

/** The client API, which pages call by script: any origin may, and learns little of users. */
export function addClientRoutes(client: FastifyInstance, standIn: StandIn): void {
  const { faults, tenant } = standIn
  client.setErrorHandler(sendClientError)
  client.setNotFoundHandler(async () => {
    throw new ApiError(404, 'invalid_request', 'There is no such endpoint.')
  })
  client.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*')
    reply.header('access-control-allow-headers', 'authorization, content-type')
    reply.header('access-control-allow-methods', 'GET, POST, OPTIONS')
  })
  client.options('/*', async (_request, reply) => reply.code(204).send())

  const post = (path: string, answer: (standIn: StandIn, request: FastifyRequest) => Promise<object>) =>
    client.post(
      path,
      withFaults(faults, 'client', (request) => answer(standIn, request)),
    )
  post('/challenge', startChallenge)
  post('/user-authenticators/passkey/authentication-options', offerAuthentication)
  post('/verify/passkey', verifyPasskey)
  post('/user-authenticators/passkey/registration-options', offerRegistration)
  post('/user-authenticators/passkey', registerPasskey)

  client.get(
    '/user-authenticators/passkey',
    withFaults(faults, 'client', async (request) => {
      await identifyCaller(standIn, request)
      const { credentialIds } = parseInput(credentialQuery, request.query)
      for (const credentialId of credentialIds.split(',')) {
        const passkey = findPasskey(tenant, credentialId)?.passkey
        if (passkey !== undefined)
          return { credentialId, verifiedAt: new Date(passkey.createdAt).toISOString() }
      }
      throw new ApiError(404, 'invalid_request', 'None of these passkeys is known.')
    }),
  )

  client.get(
    '/user-authenticators',
    withFaults(faults, 'client', async (request) => {
      const { action } = await identifyTokenHolder(standIn, request)
      const { authenticators } = findOrCreateUser(tenant, action.userId)
      return authenticators.map((one) => presentAuthenticator(action.userId, one))
    }),
  )
}
