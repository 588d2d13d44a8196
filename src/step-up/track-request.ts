import type { TrackRequest } from '../authsignal/authsignal.ts'
import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Browser } from '../http/browser.ts'
import { amrOfMethod } from '../policy/amr.ts'
import type { Case, Proofs } from '../records/records.ts'
import { isRequestUnknown } from './case.ts'

/**
 * What Authsignal's rules see: the user, the browser and the custom data points.
 *
 * @param proofs of this browser in this OP session; the amr that is told is the OP's and theirs.
 * @param now epoch milliseconds.
 */
export function describeTrackRequest(
  it: Case,
  { policy, browser }: { readonly policy: ClientPolicy; readonly browser: Browser },
  proofs: Proofs['stepUps'],
  now: number,
): Omit<TrackRequest, 'idempotencyKey' | 'redirectUrl'> {
  const { user } = it
  const amr = new Set([...user.amr, ...proofs.flatMap(({ method }) => amrOfMethod(method ?? ''))])
  const lastAt = Math.max(...proofs.map(({ at }) => at))
  const locale = (policy.send.includes('locale') ? user.locale : undefined) ?? browser.locale
  const sends = (what: ClientPolicy['send'][number]): boolean => policy.send.includes(what)
  return {
    userId: user.subject,
    action: policy.action,
    ipAddress: browser.address,
    ...(browser.userAgent !== undefined && { userAgent: browser.userAgent }),
    ...(browser.deviceId !== undefined && { deviceId: browser.deviceId }),
    ...(locale !== undefined && { locale }),
    ...(sends('username') && user.username !== undefined && { username: user.username }),
    ...(sends('email') && user.email !== undefined && { email: user.email }),
    ...(sends('phone') && user.phoneNumber !== undefined && { phoneNumber: user.phoneNumber }),
    custom: {
      ...policy.custom,
      ...(it.page === undefined ? { client_id: it.clientId } : { page: it.page }),
      amr: [...amr].join(','),
      mode: policy.mode,
      ...(it.scope && { scope: it.scope.join(' ') }),
      ...(isRequestUnknown(it) && { request: 'unknown' }),
      ...(user.acr !== undefined && { acr: user.acr }),
      ...(it.acrValues !== undefined && { acr_values: it.acrValues }),
      ...(it.prompt !== undefined && { prompt: it.prompt }),
      ...(sends('displayName') && user.displayName !== undefined && { display_name: user.displayName }),
      ...(proofs.length > 0 && { seconds_since_step_up: Math.floor((now - lastAt) / 1000) }),
    },
  }
}
