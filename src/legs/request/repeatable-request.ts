import { parsePrompt } from '../../oauth/prompt.ts'
import { omitAbsent } from '../../omit-absent.ts'
import type { UsableMetadata } from '../../provider/endpoints.ts'
import type { InFlightRequest } from '../../records/records.ts'
import type { ResolvedRequest } from './resolve-request.ts'

/** What a browser can send as a target (`parseTarget`), less what the gateway puts into it. */
const maxTargetLength = 14 * 1024

/** By what targets a request can be repeated: as it came, and by its parameters alone. */
export type Repeatable = Pick<InFlightRequest, 'target' | 'targetUntil' | 'plainTarget'>

/**
 * A signed object can't be changed, so that one which asks for a login would ask for it again. What it says goes into a
 * plain request, and so does what was pushed, unless the OP's metadata says that it does not take that (RFC 9126 5,
 * RFC 9101 10.5).
 *
 * @param target of the request by GET.
 */
export function findRepeatable(
  metadata: UsableMetadata,
  resolved: ResolvedRequest,
  target: string,
): Repeatable {
  const { source, expiresAt, plainQuery } = resolved
  if (source === 'opaque') return {}
  const plain =
    source !== 'plain' && plainQuery !== undefined && isPlainTaken(metadata, resolved)
      ? `${target.split('?', 1)}?${plainQuery}`
      : undefined
  return omitAbsent({
    target: source === 'object' && asksForLogin(resolved) ? undefined : keepShort(target),
    targetUntil: expiresAt,
    plainTarget: keepShort(plain),
  })
}

function asksForLogin({ parameters }: ResolvedRequest): boolean {
  return parameters.has('max_age') || parsePrompt(parameters.get('prompt')).size > 0
}

function isPlainTaken(metadata: UsableMetadata, { source, isObject }: ResolvedRequest): boolean {
  if (source === 'pushed' && metadata.require_pushed_authorization_requests === true) return false
  return !(isObject && metadata.require_signed_request_object === true)
}

const keepShort = (target: string | undefined): string | undefined =>
  target !== undefined && /* guard: target-length */ target.length <= maxTargetLength ? target : undefined
