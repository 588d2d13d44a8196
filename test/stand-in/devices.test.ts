import t from 'tap'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { apiSecretKey, startWithSdk, tokenOf, visit, web } from './start-with-sdk.ts'

const action = 'signIn'
const notRemembered: Rule = {
  ruleId: 'device',
  name: 'challenge a device that is not remembered',
  isActive: true,
  priority: 0,
  type: 'CHALLENGE',
  conditions: { '!': { var: 'device.isRemembered' } },
}

t.test(
  'a device is known by the name that track gives, and skips the challenge while remembered',
  async (t) => {
    const { sdk, control, clock, apiUrl, close } = await startWithSdk({ rules: [notRemembered] })
    t.teardown(close)
    control.enrol('alice')
    const track = async (deviceId?: string, userId = 'alice') =>
      sdk.track({
        userId,
        action,
        attributes: { redirectUrl: web.redirectUrl, ...(deviceId !== undefined && { deviceId }) },
      })
    const call = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${apiUrl}/users/${path}`, {
        method,
        headers: { authorization: `Basic ${btoa(`${apiSecretKey}:`)}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    }
    const rememberedUntil = new Date(clock.at + 86_400_000).toISOString()
    const remember = async (path: string) => call('PATCH', path, { rememberedUntil })
    const missing = { status: 404, body: { error: 'invalid_request' } }

    t.match(await remember('alice/devices/phone'), missing, 'before track named it')
    t.match(await remember('nobody/devices/phone'), missing)
    const { url } = await track('phone')
    t.match((await call('GET', 'alice/devices')).body, [{ deviceId: 'phone', authenticatedAt: undefined }])

    clock.at += 1000
    const back = await visit(url, control.codeFor('alice'))
    t.equal((await sdk.validateChallenge({ token: tokenOf(back.location) })).isValid, true)
    t.match((await call('GET', 'alice/devices')).body, [
      {
        userId: 'alice',
        deviceId: 'phone',
        createdAt: '2026-01-05T10:00:00.000Z',
        authenticatedAt: '2026-01-05T10:00:01.000Z',
        lastVerificationMethod: 'AUTHENTICATOR_APP',
      },
    ])
    t.equal((await track('phone')).state, 'CHALLENGE_REQUIRED', 'known is not remembered')

    t.match(await remember('alice/devices/phone'), { status: 200, body: { rememberedUntil } })
    t.equal((await track('phone')).state, 'ALLOW')
    t.match(await track('phone'), { isEnrolled: true, ruleIds: [] })
    t.equal((await track('laptop')).state, 'CHALLENGE_REQUIRED', 'another device')
    t.equal((await track()).state, 'CHALLENGE_REQUIRED', 'no device')
    control.enrol('bob')
    t.equal((await track('phone', 'bob')).state, 'CHALLENGE_REQUIRED', 'another user’s device of that name')
    t.match(await remember('bob/devices/laptop'), missing, 'which only alice’s track named')

    clock.at += 86_400_000
    t.equal((await track('phone')).state, 'CHALLENGE_REQUIRED', 'the time has come')

    control.unknownDevice = 'create'
    t.match(await remember('alice/devices/tablet'), {
      status: 200,
      body: { deviceId: 'tablet', rememberedUntil },
    })
    t.match(await remember('nobody/devices/tablet'), missing, 'but no user')
  },
)
