import t, { type Test } from 'tap'
import type { Case } from '../../src/records/records.ts'
import { rememberDevice } from '../../src/step-up/remember-device.ts'
import { makeServices } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'
import { serve } from '../upstream/serve.ts'

const own = '3f0f6d9c-2a7e-4c11-9d0a-0d1c2b3a4f5e'
const user = { subject: 'alice', epochs: [], amr: ['pwd'], compare: {} }
const it: Case = { clientId: 'web', policyIds: ['web'], user }
const rememberedUntil = '1970-01-01T01:00:00.000Z'

interface Call {
  readonly what: string
  readonly body: Record<string, unknown>
}

/** What an Authsignal is asked that answers with these statuses, and what comes of it. */
async function remember(t: Test, statusOf: (call: Call) => number, ownDeviceId?: string) {
  const calls: Call[] = []
  const port = await serve(t, async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
    const call = { what: `${request.method} ${request.url?.replace('/v1/users/', '')}`, body }
    calls.push(call)
    response.writeHead(statusOf(call), { 'content-type': 'application/json' }).end('{}')
  })
  const whole = makeConfig({})
  const services = makeServices({
    config: {
      ...whole,
      defaults: { ...whole.defaults, rememberDevice: 3_600_000 },
      authsignal: { ...whole.authsignal, apiUrl: `http://127.0.0.1:${port}/v1`, timeout: 5000 },
    },
    now: () => 0,
  })
  const browser = { ids: [], address: '192.0.2.1', deviceId: own, ownDeviceId }
  const device = await rememberDevice(services, it, browser)
  return { device, calls, audit: services.lines.filter(({ audit }) => audit !== undefined) }
}

const remembered = [{ audit: 'device', subject: 'alice', remembered: true }]
const notRemembered = [{ audit: 'device', subject: 'alice', remembered: false }]

t.test('where an update creates a device it takes nothing else', async (t) => {
  const { device, calls, audit } = await remember(t, () => 200)
  t.match(device, { id: /^[0-9a-f-]{36}$/, forMs: 3_600_000 })
  t.not(device?.id, own)
  t.same(calls, [{ what: `PATCH alice/devices/${device?.id}`, body: { rememberedUntil } }])
  t.match(audit, remembered)
})

t.test('where track has to name a device first it does so, and challenges nobody', async (t) => {
  let isNamed = false
  const { device, calls, audit } = await remember(t, ({ what }) => {
    if (what.startsWith('POST')) isNamed = true
    return isNamed ? 200 : 404
  })
  const update = `PATCH alice/devices/${device?.id}`
  t.same(
    calls.map(({ what }) => what),
    [update, 'POST alice/actions/oidc-authorize', update],
  )
  const { body = {} } = calls[1] ?? {}
  t.match(body, { deviceId: device?.id, idempotencyKey: /^[\w-]{22}$/, custom: { amr: 'pwd' } })
  t.notOk('redirectUrl' in body)
  t.match(audit, remembered)
})

for (const [title, status] of [
  ['is forgotten first', 200],
  ['need not be known', 404],
] as const) {
  t.test(`the name that the browser had ${title}`, async (t) => {
    const statusOf = ({ what }: Call) => (what.endsWith(own) ? status : 200)
    const { device, calls, audit } = await remember(t, statusOf, own)
    t.same(calls, [
      { what: `PATCH alice/devices/${own}`, body: { rememberedUntil: null } },
      { what: `PATCH alice/devices/${device?.id}`, body: { rememberedUntil } },
    ])
    t.match(audit, remembered)
  })
}

const failures: [title: string, statusOf: (call: Call) => number, ownDeviceId?: string][] = [
  ['the old name is not forgotten', ({ what }) => (what.endsWith(own) ? 500 : 200), own],
  ['the update fails', () => 503],
  ['track fails', ({ what }) => (what.startsWith('POST') ? 500 : 404)],
  ['the update is refused again', ({ what }) => (what.startsWith('POST') ? 200 : 404)],
]
for (const [title, statusOf, ownDeviceId] of failures) {
  t.test(`nothing is remembered where ${title}`, async (t) => {
    const { device, audit } = await remember(t, statusOf, ownDeviceId)
    t.equal(device, undefined)
    t.match(audit, notRemembered)
  })
}
