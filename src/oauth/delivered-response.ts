import type { Delivery } from '../http/delivery.ts'
import {
  type AuthorizationResponse,
  readAuthorizationResponse,
  readResponseContent,
  stripUrl,
} from './authorization-response.ts'

/**
 * The authorization response in a delivery that was kept.
 *
 * @param base the URL that a redirect answers.
 */
export function readDelivery(delivery: Delivery, base: string): AuthorizationResponse | undefined {
  if (delivery.kind === 'redirect') return readAuthorizationResponse(delivery.location, base)
  const { action, fields } = delivery
  return {
    ...readResponseContent(new URLSearchParams(fields.map(([...field]) => field))),
    mode: 'form_post',
    redirectUri: stripUrl(new URL(action)),
    action,
    method: 'post',
    fields,
  }
}

/** How the same response goes as an error: the way that it would have gone itself. */
export function toErrorDelivery(
  response: AuthorizationResponse,
  error: string,
  description: string,
): Delivery {
  return response.mode === 'form_post'
    ? { kind: 'form', action: response.action, fields: [...response.errorParameters(error, description)] }
    : { kind: 'redirect', location: response.toErrorLocation(error, description) }
}
