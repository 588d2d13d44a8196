import type { FastifyRequest } from 'fastify'
import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Policies } from '../policy/policies.ts'
import { Refusal, type RefusalOwner } from '../refusal.ts'
import type { TokenError } from '../token-error.ts'
import type { Audit } from './audit.ts'
import { describePath } from './describe-path.ts'
import { writeLine } from './log-lines.ts'
import { notedConcern } from './request-context.ts'

interface ReportServices {
  readonly audit: Pick<Audit, 'refused'>
  readonly policies: Pick<Policies, 'ofClient' | 'ofCase'>
}

/**
 * The line of each refusal: of a request that concerns a protected client or page an audit line, of others a plain one.
 *
 * @param error what is sent in its place.
 */
export function reportRefusal(
  services: ReportServices,
  request: FastifyRequest,
  refusal: Refusal | TokenError,
  error: string,
): void {
  const { message: detail, statusCode: status, value, key } = refusal
  // What is refused before anybody knows what it is was meant for the OP.
  const { leg = 'request' } = notedConcern()
  const owner = findOwner(request, refusal)
  const policy = findPolicy(services.policies, refusal, owner)
  const err = status >= 500 ? refusal : undefined
  const { code: reason } = refusal
  if (policy?.mode === 'enforce') {
    services.audit.refused(owner, { policy, leg }, { reason, error, status, detail, value, key, err })
    return
  }
  const { clientId: client_id, page } = owner
  const line = { code: reason, detail, leg, client_id, page, ...describeRequest(request), value, err }
  writeLine(request.log, 'refused', line, err ? 'error' : 'info')
}

/** Whose request it is, as far as it was read. */
function findOwner({ exchange }: FastifyRequest, refusal: Refusal | TokenError): RefusalOwner {
  const { clientId, page, user } = refusal instanceof Refusal ? refusal.owner : {}
  const noted = notedConcern()
  const asked = new URLSearchParams(exchange?.target.query).get('client_id') ?? undefined
  return { clientId: clientId ?? noted.clientId ?? asked, page: page ?? noted.page, user }
}

function findPolicy(
  policies: ReportServices['policies'],
  refusal: Refusal | TokenError,
  { clientId, page }: RefusalOwner,
): ClientPolicy | undefined {
  const { owner = {} } = refusal instanceof Refusal ? refusal : {}
  // A step-up is of another request than the one that is refused.
  if (owner.page !== undefined) return policies.ofCase({ policyIds: [], page })
  const named = owner.clientId ?? clientId
  const noted = owner.clientId === undefined ? notedConcern().policy : undefined
  return noted ?? (named === undefined ? undefined : policies.ofClient(named))
}

/** What an operator needs to find who was refused what. */
function describeRequest({ method, exchange, url }: FastifyRequest) {
  return { method, path: describePath(exchange?.target.path ?? url, exchange !== undefined) }
}
