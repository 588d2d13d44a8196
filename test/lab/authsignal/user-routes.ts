import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ApiError, parseInput } from './api-error.ts'
import { withFaults } from './faults.ts'
import type { Lab } from './lab.ts'
import { deleteUser, enrolledIn, findOrCreateUser, type Tenant } from './model.ts'
import { customData } from './track.ts'
import type { Authenticator, User } from './types.ts'

const userPath = z.object({ userId: z.string().min(1) })
const authenticatorPath = userPath.extend({ userAuthenticatorId: z.string() })
const userAttributes = z.object({
  email: z.string().optional(),
  emailVerified: z.boolean().optional(),
  phoneNumber: z.string().optional(),
  phoneNumberVerified: z.boolean().optional(),
  username: z.string().optional(),
  displayName: z.string().optional(),
  locale: z.string().optional(),
  custom: customData.optional(),
})
const newAuthenticator = z.union([
  z.object({ verificationMethod: z.enum(['SMS', 'WHATSAPP']), phoneNumber: z.e164() }),
  z.object({ verificationMethod: z.enum(['EMAIL_OTP', 'EMAIL_MAGIC_LINK']), email: z.email() }),
])
const userQuery = z.object({
  username: z.string().optional(),
  email: z.string().optional(),
  phoneNumber: z.string().optional(),
  token: z.string().optional(),
  limit: z.coerce.number().int().min(1).default(100),
  lastEvaluatedUserId: z.string().optional(),
})

/** Users and their authenticators. */
export function addUserRoutes(api: FastifyInstance, lab: Lab): void {
  const { faults, tenant, tokens } = lab
  const userOf = (params: unknown): User => findOrCreateUser(tenant, parseInput(userPath, params).userId)

  api.get(
    '/users/:userId',
    withFaults(faults, 'user', async ({ params }) => {
      const { userId } = parseInput(userPath, params)
      return presentUser(tenant, tenant.users.get(userId))
    }),
  )

  api.patch('/users/:userId', async ({ params, body }) => {
    const changes = parseInput(userAttributes, body)
    const user = userOf(params)
    user.attributes = { ...user.attributes, ...changes }
    return user.attributes
  })

  api.delete('/users/:userId', async ({ params }) => {
    deleteUser(tenant, parseInput(userPath, params).userId)
    return {}
  })

  api.get('/users', async ({ query }) => {
    const { token, limit, lastEvaluatedUserId, ...wanted } = parseInput(userQuery, query)
    const read = token === undefined ? undefined : await tokens.read(token)
    if (token !== undefined && read === undefined)
      throw new ApiError(400, 'invalid_request', 'The token is invalid.')
    const matching = [...tenant.users.values()].filter(
      ({ userId, attributes }) =>
        (read?.subject.userId ?? userId) === userId &&
        Object.entries(wanted).every(([name, value]) => Reflect.get(attributes, name) === value),
    )
    const start = matching.findIndex(({ userId }) => userId === lastEvaluatedUserId) + 1
    const page = matching.slice(start, start + limit)
    const rest = matching.length > start + limit
    return {
      users: page.map(presentListed),
      lastEvaluatedUserId: rest ? page.at(-1)?.userId : undefined,
      tokenPayload: read?.payload,
    }
  })

  api.get('/users/:userId/authenticators', async ({ params }) => {
    const { userId } = parseInput(userPath, params)
    return (tenant.users.get(userId)?.authenticators ?? []).map((one) => presentAuthenticator(userId, one))
  })

  api.post('/users/:userId/authenticators', async ({ params, body }) => {
    const parsed = parseInput(newAuthenticator, body)
    const user = userOf(params)
    const now = tenant.now()
    const authenticator = {
      ...parsed,
      userAuthenticatorId: randomUUID(),
      createdAt: now,
    }
    user.authenticators.push(authenticator)
    if ('email' in parsed) Object.assign(user.attributes, { email: parsed.email, emailVerified: true })
    else Object.assign(user.attributes, { phoneNumber: parsed.phoneNumber, phoneNumberVerified: true })
    return { authenticator: presentAuthenticator(user.userId, authenticator) }
  })

  api.delete('/users/:userId/authenticators/:userAuthenticatorId', async ({ params }) => {
    const { userId, userAuthenticatorId } = parseInput(authenticatorPath, params)
    const user = tenant.users.get(userId)
    const index =
      user?.authenticators.findIndex((one) => one.userAuthenticatorId === userAuthenticatorId) ?? -1
    if (index < 0) throw new ApiError(404, 'invalid_request', 'The authenticator was not found.')
    user?.authenticators.splice(index, 1)
    return {}
  })
}

/** Who is not known is answered like a user without anything, never with 404. */
function presentUser(tenant: Tenant, user?: User): object {
  const { locale: _, ...attributes } = user?.attributes ?? {}
  const enrolled = user === undefined ? [] : enrolledIn(user)
  const methods = [...new Set(enrolled.map(({ verificationMethod }) => verificationMethod))]
  return {
    isEnrolled: enrolled.length > 0,
    emailVerified: false,
    phoneNumberVerified: false,
    ...attributes,
    enrolledVerificationMethods: methods,
    allowedVerificationMethods: tenant.settings.verificationMethods,
    defaultVerificationMethod: methods[0],
  }
}

function presentListed({ userId, attributes }: User): object {
  const { email, emailVerified = false, phoneNumber, phoneNumberVerified = false, username } = attributes
  return { userId, email, emailVerified, phoneNumber, phoneNumberVerified, username }
}

function presentAuthenticator(userId: string, authenticator: Authenticator): object {
  const { secret: _, lastStep: __, createdAt, lastVerifiedAt, ...rest } = authenticator
  return {
    userId,
    ...rest,
    createdAt: new Date(createdAt).toISOString(),
    verifiedAt: new Date(createdAt).toISOString(),
    lastVerifiedAt: lastVerifiedAt === undefined ? undefined : new Date(lastVerifiedAt).toISOString(),
  }
}
