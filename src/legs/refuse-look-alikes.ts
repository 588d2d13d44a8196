import type { Parameters } from '../oauth/parameters.ts'
import { readRequestObject } from '../oauth/request-object.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * An id that the gateway takes for one client, and a lenient OP for a protected one, is nobody's.
 *
 * @param names by which a request names its client.
 * @throws {Refusal} `ambiguous_parameters`
 */
export function refuseLookAlikes(
  { policies, audit }: Pick<Services, 'policies' | 'audit'>,
  names: readonly (string | undefined)[],
): void {
  for (const name of names) {
    const other = name === undefined ? undefined : policies.findLookAlike(name)
    // A protected client whose own id has escapes is called by both of its readings.
    if (other === undefined || names.includes(other)) continue
    audit.security('client_id_of_another', { client_id: other, named: name })
    throw new Refusal(
      'ambiguous_parameters',
      'a client_id that could be read as that of a protected client',
      { value: name },
    )
  }
}

/** By what names an authorization request calls its client: its own, and that of its request object (RFC 9101 5). */
export function namesOf(parameters: Parameters): readonly (string | undefined)[] {
  const object = parameters.get('request')
  return [parameters.get('client_id'), object && readRequestObject(object)?.get('client_id')]
}
