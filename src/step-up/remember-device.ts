import { randomUUID } from 'node:crypto'
import { AuthsignalError } from '../authsignal/authsignal.ts'
import { createId } from '../hash.ts'
import type { Browser } from '../http/browser.ts'
import type { Case } from '../records/records.ts'
import type { Services } from '../services.ts'
import { describeTrackRequest } from './track-request.ts'

/** The name under which Authsignal remembers a browser, and for how long. It is as good as a part of a second factor. */
export interface RememberedDevice {
  readonly id: string
  readonly forMs: number
}

/**
 * Has Authsignal remember the browser of this very request.
 *
 * @returns the name, for that browser's cookie alone; undefined where Authsignal did not take it.
 */
export async function rememberDevice(
  services: Pick<Services, 'policies' | 'authsignal' | 'audit' | 'now'>,
  it: Case,
  browser: Browser,
): Promise<RememberedDevice | undefined> {
  const { policies, authsignal, audit, now } = services
  const policy = policies.ofCase(it)
  const { rememberDevice: forMs = 0 } = policy
  const { ownDeviceId } = browser
  const { subject: userId } = it.user
  // Any name that is in the browser already could be known to somebody else, who would be remembered too.
  // guard: fresh-device-name
  const deviceId = randomUUID()
  try {
    // guard: earlier-device-name
    if (ownDeviceId !== undefined) await authsignal.forgetDevice({ userId, deviceId: ownDeviceId })
    const sighting = describeTrackRequest(it, { policy, browser }, [], now())
    await authsignal.rememberDevice({ ...sighting, deviceId, idempotencyKey: createId() }, now() + forMs)
    audit.deviceRemembered(it)
    return { id: deviceId, forMs }
  } catch (error) {
    // A sign-in never fails for what would only make the next one easier.
    if (!(error instanceof AuthsignalError)) throw error
    audit.deviceNotRemembered(it, error)
    // guard: taken-device-name
    return undefined
  }
}
