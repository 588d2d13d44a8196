import { parsePrompt } from '../../oauth/prompt.ts'
import type { Policies } from '../../policy/policies.ts'
import type { Ask, InFlightRequest, Records } from '../../records/records.ts'
import type { FormAsk, ForwardedAuthorization } from '../learned.ts'
import { askForBoth, asksNoMore, findAlike } from '../request/alike-requests.ts'

/** The request that a response answers. */
export interface AnsweredRequest {
  /** What it asks for, together with every request of this browser that the response could answer as well. */
  readonly request: InFlightRequest
  /** Its client, and those of the others. */
  readonly clientIds: readonly string[]
  /** Its key in the store, if it can be repeated. */
  readonly inFlight?: string | undefined
}

/**
 * The request of this very exchange, if the response belongs to it; else the latest one of this browser, that of a
 * protected client before others.
 *
 * @param correlation where the response goes and what it repeats (`correlationKey`).
 * @returns undefined where no request of this browser is known to which the response belongs.
 */
export async function findAnswered(
  { policies, records }: { readonly policies: Policies; readonly records: Records },
  correlation: string | undefined,
  {
    authorization,
    form,
    browserIds,
  }: {
    readonly authorization: ForwardedAuthorization | undefined
    readonly form?: FormAsk | undefined
    readonly browserIds: readonly string[]
  },
): Promise<AnsweredRequest | undefined> {
  if (correlation === undefined) return undefined
  const { found, further } = await findAlike(records, browserIds, correlation)
  const own = authorization?.correlation === correlation ? authorization : undefined
  const isProtected = ({ clientId }: InFlightRequest): boolean =>
    policies.ofClient(clientId).mode === 'enforce'
  // A silent one is answered in its own exchange.
  const shown = found.filter(({ request }) => !parsePrompt(request.prompt).has('none'))
  const candidates = shown.length > 0 ? shown : found
  const stored = own
    ? found.find(({ id }) => id === own.inFlight)
    : (candidates.findLast(({ request }) => isProtected(request)) ?? candidates.at(-1))
  const answered = stored?.request ?? own?.request
  if (answered === undefined) return undefined
  const alike = found.filter(({ id }) => id !== stored?.id).map(({ request }) => request)
  const { clientId } = answered
  // A form may ask for more than the request that it goes on with: the rules see both.
  const asked = form ? [/* guard: scope-of-forms */ { ...form, clientId: form.clientId ?? clientId }] : []
  const others = [...alike, ...further, ...asked]
  return {
    request: /* guard: requests-that-look-alike */ withOthers(answered, others),
    clientIds: [...new Set([answered, ...others].map(({ clientId }) => clientId))],
    inFlight: stored?.id,
  }
}

/** A decision that was made for the one request holds only if none of the others asks for more. */
function withOthers(answered: InFlightRequest, others: readonly Ask[]): InFlightRequest {
  if (others.every((other) => asksNoMore(other, answered))) return answered
  const { kept, ...all } = others.reduce<InFlightRequest>(askForBoth, answered)
  return { ...all, ...(kept?.decision.reason === 'not_verified' && { kept }) }
}
