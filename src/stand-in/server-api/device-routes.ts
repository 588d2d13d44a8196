import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { withFaults } from '../model/faults.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { Device } from '../model/types.ts'
import { ApiError, parseInput } from './api-error.ts'

const userPath = z.object({ userId: z.string() })
const devicePath = userPath.extend({ deviceId: z.string() })
const deviceBody = z.object({ rememberedUntil: z.iso.datetime().nullable() })

/** The devices that track named by deviceId: the rules see them as `device.isNew` and `device.isRemembered`. */
export function addDeviceRoutes(api: FastifyInstance, standIn: StandIn): void {
  const { faults, tenant } = standIn
  const deviceOf = (params: unknown): Device => {
    const { userId, deviceId } = parseInput(devicePath, params)
    const devices = tenant.users.get(userId)?.devices
    const device = devices?.get(deviceId)
    if (device !== undefined) return device
    if (devices === undefined || tenant.settings.unknownDevice === 'refuse')
      throw new ApiError(404, 'invalid_request', 'The device was not found.')
    const created: Device = { deviceId, createdAt: tenant.now() }
    devices.set(deviceId, created)
    return created
  }
  const present = (params: unknown, device: Device): object => ({
    userId: parseInput(userPath, params).userId,
    deviceId: device.deviceId,
    createdAt: toIso(device.createdAt),
    authenticatedAt: toIso(device.authenticatedAt),
    invalidatedAt: toIso(device.invalidatedAt),
    rememberedUntil: toIso(device.rememberedUntil),
    lastVerificationMethod: device.lastVerificationMethod,
  })

  api.get(
    '/users/:userId/devices',
    withFaults(faults, 'device', async ({ params }) => {
      const devices = tenant.users.get(parseInput(userPath, params).userId)?.devices.values() ?? []
      return [...devices].map((device) => present(params, device))
    }),
  )

  api.patch(
    '/users/:userId/devices/:deviceId',
    withFaults(faults, 'device', async ({ params, body }) => {
      const { rememberedUntil } = parseInput(deviceBody, body)
      const device = deviceOf(params)
      device.rememberedUntil = rememberedUntil === null ? undefined : Date.parse(rememberedUntil)
      return present(params, device)
    }),
  )

  api.post(
    '/users/:userId/devices/:deviceId/invalidate',
    withFaults(faults, 'device', async ({ params }) => {
      const device = deviceOf(params)
      device.invalidatedAt = tenant.now()
      device.rememberedUntil = undefined
      return present(params, device)
    }),
  )
}

function toIso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString()
}
