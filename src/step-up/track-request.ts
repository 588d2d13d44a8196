import type { TrackRequest } from '../authsignal/authsignal.ts'
import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Browser } from '../http/browser.ts'
import { omitAbsent } from '../omit-absent.ts'
import { amrOfMethod } from '../policy/amr.ts'
import type { Case, Proofs } from '../records/records.ts'
import { isRequestUnknown } from './case.ts'

/**
 * What Authsignal's rules see: the user, the browser and the custom data points.
 *
 * @param proofs of this browser in this OP session; the amr sent is the OP's and theirs.
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
  const ifSent = <T>(what: ClientPolicy['send'][number], value: T): T | undefined =>
    policy.send.includes(what) ? value : undefined
  return {
    userId: user.subject,
    action: policy.action,
    ipAddress: browser.address,
    userAgent: browser.userAgent,
    deviceId: browser.deviceId,
    locale: ifSent('locale', user.locale) ?? browser.locale,
    username: ifSent('username', user.username),
    email: ifSent('email', user.email),
    phoneNumber: ifSent('phone', user.phoneNumber),
    custom: {
      ...policy.custom,
      // What is not known leaves the policy's own data point of that name as it is.
      ...omitAbsent({
        client_id: it.page === undefined ? it.clientId : undefined,
        page: it.page,
        amr: [...amr].join(','),
        mode: policy.mode,
        scope: it.scope?.join(' '),
        request: isRequestUnknown(it) ? 'unknown' : undefined,
        acr: user.acr,
        acr_values: it.acrValues,
        prompt: it.prompt,
        display_name: ifSent('displayName', user.displayName),
        seconds_since_step_up: proofs.length > 0 ? Math.floor((now - lastAt) / 1000) : undefined,
      }),
    },
  }
}
