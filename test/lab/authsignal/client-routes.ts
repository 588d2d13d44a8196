import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ApiError, parseInput, sendClientError } from './api-error.ts'
import { identifyCaller, identifyTokenHolder } from './client-auth.ts'
import { withFaults } from './faults.ts'
import type { Lab } from './lab.ts'
import { offerRegistration, registerPasskey } from './passkey-registration.ts'
import { offerAuthentication, startChallenge, verifyPasskey } from './passkey-sign-in.ts'
import { findPasskey } from './passkeys.ts'
import { presentAuthenticator } from './present-authenticator.ts'

const credentialQuery = z.object({ credentialIds: z.string() })

/** The client API, which pages call by script: any origin may, and what it is told of users is little. */
export function addClientRoutes(client: FastifyInstance, lab: Lab): void {
  const { faults, tenant } = lab
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

  client.post(
    '/challenge',
    withFaults(faults, 'client', (request) => startChallenge(lab, request)),
  )
  client.post(
    '/user-authenticators/passkey/authentication-options',
    withFaults(faults, 'client', (request) => offerAuthentication(lab, request)),
  )
  client.post(
    '/verify/passkey',
    withFaults(faults, 'client', (request) => verifyPasskey(lab, request)),
  )
  client.post(
    '/user-authenticators/passkey/registration-options',
    withFaults(faults, 'client', (request) => offerRegistration(lab, request)),
  )
  client.post(
    '/user-authenticators/passkey',
    withFaults(faults, 'client', (request) => registerPasskey(lab, request)),
  )

  client.get(
    '/user-authenticators/passkey',
    withFaults(faults, 'client', async (request) => {
      await identifyCaller(lab, request)
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
      const { action } = await identifyTokenHolder(lab, request)
      const { authenticators = [] } = tenant.users.get(action.userId) ?? {}
      return authenticators.map((one) => presentAuthenticator(action.userId, one))
    }),
  )
}
