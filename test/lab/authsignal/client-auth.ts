import type { FastifyRequest } from 'fastify'
import { ApiError, unauthorized } from './api-error.ts'
import type { Lab } from './lab.ts'
import { actionKey } from './model.ts'
import type { ReadToken } from './tokens.ts'
import type { Action } from './types.ts'

/** Who calls the client API: a page that knows the tenant's id, or one that holds a token. */
export type Caller =
  | { readonly kind: 'tenant' }
  | { readonly kind: 'token'; readonly read: ReadToken; readonly action: Action }

/** Reads the Authorization header. Throws 401 `unauthorized`, or `expired_token` for a token of ours. */
export async function identifyCaller(lab: Lab, request: FastifyRequest): Promise<Caller> {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ', 2)
  switch (scheme?.toLowerCase()) {
    case 'basic':
      return identifyTenant(lab, value)
    case 'bearer':
      return identifyHolder(lab, value)
  }
  throw unauthorized()
}

/** The same where only a token will do. */
export async function identifyTokenHolder(lab: Lab, request: FastifyRequest) {
  const caller = await identifyCaller(lab, request)
  if (caller.kind === 'token') return caller
  throw unauthorized()
}

/** The browser SDK sends the tenant id without a colon, the documentation with one. */
function identifyTenant(lab: Lab, value: string): Caller {
  const text = Buffer.from(value, 'base64').toString()
  const { tenantId } = lab.tenant
  const isOurs = [tenantId, encodeURIComponent(tenantId)].some((id) => text === id || text === `${id}:`)
  if (isOurs) return { kind: 'tenant' }
  throw unauthorized()
}

async function identifyHolder(lab: Lab, token: string): Promise<Caller> {
  const read = await lab.tokens.inspect(token)
  if (read === 'expired')
    throw new ApiError(401, 'expired_token', 'The token is expired. Track an action to get a new one.')
  if (read === 'invalid') throw unauthorized()
  const { userId, actionCode, idempotencyKey } = read.subject
  const action = lab.tenant.actions.get(actionKey(userId, actionCode, idempotencyKey))
  if (action === undefined) throw unauthorized()
  return { kind: 'token', read, action }
}
