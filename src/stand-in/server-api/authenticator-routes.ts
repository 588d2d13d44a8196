import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { withFaults } from '../model/faults.ts'
import { findOrCreateUser } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import { ApiError, parseInput } from './api-error.ts'
import { presentAuthenticator } from './present-authenticator.ts'

const userPath = z.object({ userId: z.string().min(1) })
const authenticatorPath = userPath.extend({ userAuthenticatorId: z.string() })
const newAuthenticator = z.union([
  z.object({ verificationMethod: z.enum(['SMS', 'WHATSAPP']), phoneNumber: z.e164() }),
  z.object({ verificationMethod: z.enum(['EMAIL_OTP', 'EMAIL_MAGIC_LINK']), email: z.email() }),
])

/** The authenticators of a user, as the server API shows, adds and removes them. */
export function addAuthenticatorRoutes(api: FastifyInstance, standIn: StandIn): void {
  const { faults, tenant } = standIn

  api.get(
    '/users/:userId/authenticators',
    withFaults(faults, 'authenticators', async ({ params }) => {
      const { userId } = parseInput(userPath, params)
      return (tenant.users.get(userId)?.authenticators ?? []).map((one) => presentAuthenticator(userId, one))
    }),
  )

  api.post(
    '/users/:userId/authenticators',
    withFaults(faults, 'authenticators', async ({ params, body }) => {
      const parsed = parseInput(newAuthenticator, body)
      const user = findOrCreateUser(tenant, parseInput(userPath, params).userId)
      const authenticator = { ...parsed, userAuthenticatorId: randomUUID(), createdAt: tenant.now() }
      user.authenticators.push(authenticator)
      if ('email' in parsed) Object.assign(user.attributes, { email: parsed.email, emailVerified: true })
      else Object.assign(user.attributes, { phoneNumber: parsed.phoneNumber, phoneNumberVerified: true })
      return { authenticator: presentAuthenticator(user.userId, authenticator) }
    }),
  )

  api.delete(
    '/users/:userId/authenticators/:userAuthenticatorId',
    withFaults(faults, 'authenticators', async ({ params }) => {
      const { userId, userAuthenticatorId } = parseInput(authenticatorPath, params)
      const user = tenant.users.get(userId)
      const index =
        user?.authenticators.findIndex((one) => one.userAuthenticatorId === userAuthenticatorId) ?? -1
      if (index < 0) throw new ApiError(404, 'invalid_request', 'The authenticator was not found.')
      user?.authenticators.splice(index, 1)
      return {}
    }),
  )
}
