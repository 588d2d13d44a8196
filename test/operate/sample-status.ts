import { ok, warnOf } from '../../src/listeners/health.ts'
import { listProtections } from '../../src/operate/protections.ts'
import { createRecent } from '../../src/operate/recent.ts'
import type { Status } from '../../src/operate/status-page.ts'
import { runRequest } from '../../src/telemetry/request-context.ts'
import { makeConfig } from '../upstream/config.ts'

export const now = Date.UTC(2026, 10, 30, 10, 12, 40)

export const longId = 'a-client-with-a-name-that-nobody-would-choose-who-has-to-read-it-on-a-phone'.repeat(3)

const parts = { provider: ok, keys: ok, store: ok, authsignal: ok, clocks: ok, front: ok, configuration: ok }
const origin = { section: 'clients.web', at: 'gateway.yaml:23', keys: {}, inherited: [] }

/** A gateway that has just started, and protects so many clients, all but one in mode monitor. */
export function quietStatus(clients = 1): Status {
  const config = makeConfig({})
  const policyOf = (clientId: string, mode: 'enforce' | 'monitor') => ({
    ...config.defaults,
    origin,
    clientId,
    mode,
  })
  const listed = [
    ...Array.from({ length: clients - 1 }, (_, index) => policyOf(`watched-${index}`, 'monitor' as const)),
    {
      ...policyOf(longId, 'enforce' as const),
      methods: ['PASSKEY', 'AUTHENTICATOR_APP'],
      remember: 43_200_000,
    },
  ]
  return {
    publicUrl: 'https://login.example.com',
    now,
    health: { status: 'ok', parts },
    recent: createRecent(() => now),
    protections: listProtections({
      ...config,
      clients: new Map(listed.map((policy) => [policy.clientId, policy])),
    }),
    versions: {
      gateway: '0.1.0',
      node: 'v24.1.0',
      config: '3f9a1c0b77de',
      startedAt: now - 5000,
      loadedAt: now - 4000,
    },
  }
}

/** One on which everything was seen, and all goes wrong by now. */
export function busyStatus(name = longId): Status {
  let at = now - 59 * 60_000
  const recent = createRecent(() => at)
  const common = { client_id: name, leg: 'response', policy_at: undefined, key: undefined } as const
  const decided = { ...common, audit: 'decision', action: 'a', amr: [], proofs: [] } as const
  const step = {
    ...common,
    audit: 'step_up',
    action: 'a',
    step_up: 's',
    idempotency_key: 'i',
    challenge_seconds: 1,
  } as const
  for (let minute = 0; minute < 60; minute++) {
    runRequest({ supportId: `9d1c1b52-5c0b-4d55-8d0c-1a3d7f8f2a${minute + 10}`, now: () => at }, () => {
      for (const mode of ['enforce', 'monitor'] as const) {
        for (let n = 0; n < (minute * 7) % 20; n++)
          recent.note({ ...decided, mode, verdict: 'release', reason: 'proof' })
        recent.note({ ...decided, mode, verdict: 'challenge', reason: 'challenge_required' })
        recent.note({ ...decided, mode, verdict: 'challenge', reason: 'enrolment_required' })
        if (minute % 9 === 0)
          recent.note({ ...decided, mode, verdict: 'deny', reason: 'blocked', error: 'access_denied' })
      }
      recent.note({ ...step, mode: 'enforce', verdict: 'passed', reason: 'passed' })
      if (minute % 5 === 0)
        recent.note({ ...step, mode: 'enforce', verdict: 'not_passed', reason: 'method_not_allowed' })
      recent.note({ ...common, audit: 'released', mode: 'enforce', verdict: 'release', reason: 'pass' })
    })
    at += 60_000
  }
  at = now
  const refused = {
    ...common,
    verdict: 'refuse',
    reason: 'unauthorized_client',
    error: 'unauthorized_client',
  } as const
  recent.note({ ...refused, audit: 'would_refuse', mode: 'monitor' })
  recent.note({ ...refused, audit: 'refused', mode: 'enforce' })
  recent.note({
    ...common,
    client_id: undefined,
    page: '/account',
    audit: 'unknown_user',
    mode: 'enforce',
    verdict: 'deny',
    reason: 'login_required',
  })
  recent.note({ audit: 'security', event: 'unreleased_grant' })
  recent.note({
    ...common,
    audit: 'unknown_user',
    mode: 'enforce',
    verdict: 'deny',
    reason: 'of a later version',
  })
  const store = {
    status: 'unavailable',
    details: ['the store: nobody listens at redis://valkey.internal:6379'],
  } as const
  const clocks = warnOf([
    "Authsignal's clock is 40 s ahead: passed challenges fail. Set this machine's clock by NTP.",
  ])
  const authsignal = { ...ok, answered_at: '2026-11-30T10:12:39.000Z' }
  return {
    ...quietStatus(10_000),
    recent,
    health: { status: 'unavailable', parts: { ...parts, store, clocks, authsignal } },
  }
}
