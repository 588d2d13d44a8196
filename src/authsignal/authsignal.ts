import { Authsignal as AuthsignalSdk } from '@authsignal/node'
import axios from 'axios'
import * as z from 'zod'
import type { Config } from '../config/schema/schema.ts'
import type { ClockWatch } from '../http/clock-watch.ts'
import { omitAbsent } from '../omit-absent.ts'
import type { Tracing } from '../tracing/tracing.ts'
import {
  type EnrolmentTracked,
  parseEnrolment,
  parseTracked,
  parseValidated,
  type Tracked,
  type Validated,
} from './authsignal-answers.ts'
import { AuthsignalError, type AuthsignalOperation } from './authsignal-error.ts'
import { type CallOutcome, exchange as exchangeWithin, guardHttpClient } from './authsignal-http.ts'
import { parseAnswer } from './authsignal-parse.ts'
import { type Authenticators, parseAuthenticators, parseUsername } from './authsignal-passkeys.ts'

export type { Tracked, Validated } from './authsignal-answers.ts'
export { AuthsignalError } from './authsignal-error.ts'
export type { Authenticators, Passkey } from './authsignal-passkeys.ts'

/** A sign-in to be judged. What is absent is not sent. */
export interface TrackRequest {
  readonly userId: string
  readonly action: string
  /** Names the attempt; a repetition with the same key is the same attempt. */
  readonly idempotencyKey: string
  readonly redirectUrl: string
  readonly ipAddress?: string | undefined
  readonly userAgent?: string | undefined
  readonly deviceId?: string | undefined
  readonly locale?: string | undefined
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly phoneNumber?: string | undefined
  readonly custom: Readonly<Record<string, string | number | boolean>>
}

/** What track gets about a device when it challenges nobody. */
export type DeviceSighting = Omit<TrackRequest, 'redirectUrl' | 'deviceId'> & { readonly deviceId: string }

/** Authsignal's Server API, as far as the gateway needs it. */
export interface Authsignal {
  /** Asks for a verdict. @throws {AuthsignalError} */
  track(request: TrackRequest): Promise<Tracked>
  /** The same for a user who wants to add an authenticator. @throws {AuthsignalError} */
  trackForEnrolment(request: TrackRequest): Promise<EnrolmentTracked>
  /**
   * Asks what a token proves.
   *
   * @param request.userId whose it must be; left out if the token is what identifies the user.
   * @throws {AuthsignalError}
   */
  validate(request: {
    readonly token: string
    readonly userId?: string | undefined
    readonly action: string
  }): Promise<Validated>
  /** @throws {AuthsignalError} */
  listAuthenticators(userId: string): Promise<Authenticators>
  /** @throws {AuthsignalError} */
  removeAuthenticator(request: { readonly userId: string; readonly id: string }): Promise<void>
  /** The name of a user from an earlier track. @throws {AuthsignalError} */
  findUsername(userId: string): Promise<string | undefined>
  /**
   * Makes `device.isRemembered` true in the rules, for a device that need not be known yet.
   *
   * @param sighting a sign-in on that device, for where Authsignal knows only devices that track has named.
   * @param until epoch milliseconds.
   * @throws {AuthsignalError}
   */
  rememberDevice(sighting: DeviceSighting, until: number): Promise<void>
  /** Makes it false again, even if it never was true. @throws {AuthsignalError} */
  forgetDevice(device: Device): Promise<void>
  /**
   * Makes `device.isRemembered` false and `device.isNew` true for every device of a user.
   *
   * @returns how many Authsignal knew. @throws {AuthsignalError} unless all of them are done.
   */
  forgetDevices(userId: string): Promise<number>
}

const maxIdLength = 255

/**
 * Authsignal through its SDK. Each call takes `config.timeout` milliseconds at most, its one retry included, and
 * throws nothing but AuthsignalError.
 *
 * @param clock sees Authsignal's in each answer.
 */
export function createAuthsignal(
  config: Config['authsignal'],
  clock?: ClockWatch,
  tracing?: Tracing,
): Authsignal {
  guardHttpClient()
  const { apiSecretKey, timeout, challengeHosts } = config
  // The SDK's own retries repeat a POST after any failure without an answer, timeouts included.
  const apiUrl = config.apiUrl.replace(/\/+$/, '')
  const sdk = new AuthsignalSdk({ apiSecretKey, apiUrl, retries: 0 })
  const { hostname } = new URL(apiUrl)

  function exchange(operation: AuthsignalOperation, call: () => Promise<unknown>): Promise<CallOutcome> {
    const span = tracing?.openCall(`Authsignal ${operation}`, { 'server.address': hostname })
    return exchangeWithin(call, { timeout, watch: clock, span })
  }

  function sendTrack(
    { userId, action, ...attributes }: TrackRequest | DeviceSighting,
    scope?: string,
  ): Promise<CallOutcome> {
    const path = { userId: toPathSegment('track', userId), action: toPathSegment('track', action) }
    return exchange('track', () => sdk.track({ ...path, attributes: omitAbsent({ ...attributes, scope }) }))
  }

  const auth = { username: apiSecretKey, password: '' }

  const devicesUrl = (userId: string): string => `${apiUrl}/users/${toPathSegment('device', userId)}/devices`

  const deviceUrl = ({ userId, deviceId }: Device): string =>
    `${devicesUrl(userId)}/${toPathSegment('device', deviceId)}`

  /** The SDK has no devices. */
  async function updateDevice(device: Device, rememberedUntil: number | undefined): Promise<void> {
    const url = deviceUrl(device)
    const body = {
      rememberedUntil: rememberedUntil === undefined ? null : new Date(rememberedUntil).toISOString(),
    }
    parseAnswer('device', z.unknown(), await exchange('device', () => axios.patch(url, body, { auth })))
  }

  /** Whatever a user did on it: from now on it is new. */
  async function invalidateDevice(device: Device): Promise<void> {
    const url = `${deviceUrl(device)}/invalidate`
    parseAnswer('device', z.unknown(), await exchange('device', () => axios.post(url, undefined, { auth })))
  }

  async function listDevices(userId: string): Promise<Device[]> {
    const outcome = await exchange('device', () => axios.get(devicesUrl(userId), { auth }))
    try {
      return parseAnswer('device', deviceList, outcome).map(({ deviceId }) => ({ userId, deviceId }))
    } catch (error) {
      // Authsignal itself says that it does not know the user.
      if (isRefused(error) && error.status === 404 && error.failure === 'request_refused') return []
      throw error
    }
  }

  return {
    async track(request) {
      const { idempotencyKey } = request
      return parseTracked(await sendTrack(request), { idempotencyKey, challengeHosts })
    },

    async trackForEnrolment(request) {
      return parseEnrolment(await sendTrack(request, 'add:authenticators'), request)
    },

    async validate(request) {
      const { userId, action } = request
      if (userId !== undefined) toPathSegment('validate', userId)
      toPathSegment('validate', action)
      return parseValidated(await exchange('validate', () => sdk.validateChallenge(omitAbsent(request))))
    },

    async listAuthenticators(userId) {
      const path = { userId: toPathSegment('authenticators', userId) }
      return parseAuthenticators(await exchange('authenticators', () => sdk.getAuthenticators(path)))
    },

    async removeAuthenticator({ userId, id }) {
      const path = {
        userId: toPathSegment('authenticators', userId),
        userAuthenticatorId: toPathSegment('authenticators', id),
      }
      parseAnswer(
        'authenticators',
        z.unknown(),
        await exchange('authenticators', () => sdk.deleteAuthenticator(path)),
      )
    },

    async findUsername(userId) {
      const path = { userId: toPathSegment('user', userId) }
      return parseUsername(await exchange('user', () => sdk.getUser(path)))
    },

    async rememberDevice(sighting, until) {
      try {
        await updateDevice(sighting, until)
      } catch (error) {
        if (!isRefused(error)) throw error
        // Whether an update creates a device is not documented; that track does is.
        parseAnswer('device', z.unknown(), await sendTrack(sighting))
        await updateDevice(sighting, until)
      }
    },

    async forgetDevice(device) {
      await updateDevice(device, undefined).catch((error) => {
        // One that Authsignal does not know is not remembered.
        if (!isRefused(error)) throw error
      })
    },

    async forgetDevices(userId) {
      const devices = await listDevices(userId)
      for (const device of devices) {
        await updateDevice(device, undefined)
        await invalidateDevice(device)
      }
      return devices.length
    },
  }
}

interface Device {
  readonly userId: string
  readonly deviceId: string
}

const deviceList = z.array(z.object({ deviceId: z.string().min(1) }))

const isRefused = (error: unknown): error is AuthsignalError =>
  error instanceof AuthsignalError && error.kind === 'refused'

/**
 * The SDK puts ids into the path as they are. Percent-encoding can't help `.` and `..`, which climb in any spelling.
 *
 * @returns the id, percent-encoded.
 * @throws {AuthsignalError} `refused`, before anything is sent.
 */
function toPathSegment(operation: AuthsignalOperation, id: string): string {
  const isUsable =
    id !== '' &&
    id !== '.' &&
    /* guard: ids-that-climb */ id !== '..' &&
    id.length <= maxIdLength &&
    !/\p{Surrogate}/u.test(id)
  if (!isUsable)
    throw new AuthsignalError('refused', operation, {
      failure: 'not_sent',
      reason: 'an id that can not be sent',
    })
  // guard: ids-in-paths
  return encodeURIComponent(id)
}
