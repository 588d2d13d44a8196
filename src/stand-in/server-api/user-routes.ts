import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { withFaults } from '../model/faults.ts'
import { deleteUser, enrolledIn, findOrCreateUser, type Tenant } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { User } from '../model/types.ts'
import { ApiError, parseInput } from './api-error.ts'
import { customData } from './track.ts'

const userPath = z.object({ userId: z.string().min(1) })
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
const userQuery = z.object({
  username: z.string().optional(),
  email: z.string().optional(),
  phoneNumber: z.string().optional(),
  token: z.string().optional(),
  limit: z.coerce.number().int().min(1).default(100),
  lastEvaluatedUserId: z.string().optional(),
})

/** Users. */
export function addUserRoutes(api: FastifyInstance, standIn: StandIn): void {
  const { faults, tenant, tokens } = standIn
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
