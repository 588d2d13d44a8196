import type { FastifyRequest } from 'fastify'
import { actionKey } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { ReadToken } from '../model/tokens.ts'
import type { Action } from '../model/types.ts'
import { ApiError, unauthorized } from '../server-api/api-error.ts'

/** Who calls the client API: a page that knows the tenant's id, or one that holds a token. */
export type Caller =
  | { readonly kind: 'tenant' }
  | { readonly kind: 'token'; readonly read: ReadToken; readonly action: Action }

/** Reads the Authorization header. Throws 401 `unauthorized`, or `expired_token` for a token of ours. */
export async function identifyCaller(standIn: StandIn, request: FastifyRequest): Promise<Caller> {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ', 2)
  switch (scheme?.toLowerCase()) {
    case 'basic':
      return identifyTenant(standIn, value)
    case 'bearer':
      return identifyHolder(standIn, value)
  }
  throw unauthorized()
}

/** The same where only a token will do. */
export async function identifyTokenHolder(standIn: StandIn, request: FastifyRequest) {
  const caller = await identifyCaller(standIn, request)
  if (caller.kind === 'token') return caller
  throw unauthorized()
}

/** The browser SDK sends the tenant id without a colon, the documentation with one. */
function identifyTenant(standIn: StandIn, value: string): Caller {
  const text = Buffer.from(value, 'base64').toString()
  const { tenantId } = standIn.tenant
  const isOurs = [tenantId, encodeURIComponent(tenantId)].some((id) => text === id || text === `${id}:`)
  if (isOurs) return { kind: 'tenant' }
  throw unauthorized()
}

async function identifyHolder(standIn: StandIn, token: string): Promise<Caller> {
  const read = await standIn.tokens.inspect(token)
  if (read === 'expired')
    throw new ApiError(401, 'expired_token', 'The token is expired. Track an action to get a new one.')
  if (read === 'invalid') throw unauthorized()
  const { userId, actionCode, idempotencyKey } = read.subject
  const action = standIn.tenant.actions.get(actionKey(userId, actionCode, idempotencyKey))
  if (action === undefined) throw unauthorized()
  return { kind: 'token', read, action }
}
