import t from 'tap'
import type { ClientPolicy } from '../../src/config/schema/schema.ts'
import { isMethodAllowed } from '../../src/policy/decide.ts'
import { strictestOf } from '../../src/policy/strictest.ts'
import { makeConfig } from '../upstream/config.ts'

const { defaults } = makeConfig({})
const policy = (more: Partial<ClientPolicy>): ClientPolicy => ({ ...defaults, mode: 'enforce', ...more })

t.test('of two policies the stricter value of each key counts, in either order', async (t) => {
  const table: [one: Partial<ClientPolicy>, other: Partial<ClientPolicy>, both: Partial<ClientPolicy>][] = [
    [{ unenrolled: 'allow' }, { unenrolled: 'enroll' }, { unenrolled: 'enroll' }],
    [{ unenrolled: 'deny' }, { unenrolled: 'enroll' }, { unenrolled: 'deny' }],
    [{ onError: 'allow' }, { onError: 'deny' }, { onError: 'deny' }],
    [{ remember: 1000 }, { remember: 10 }, { remember: 10 }],
    [{ satisfiedByAmr: ['mfa', 'otp'] }, { satisfiedByAmr: ['otp'] }, { satisfiedByAmr: ['otp'] }],
    [{ responseTypes: ['code', 'id_token'] }, { responseTypes: ['code'] }, { responseTypes: ['code'] }],
    [{ grants: ['authorization_code', 'password'] }, { grants: ['password'] }, { grants: ['password'] }],
    [{ refreshTokens: 'any' }, { refreshTokens: 'released' }, { refreshTokens: 'released' }],
    [{ refreshMaxAge: 5 }, {}, { refreshMaxAge: 5 }],
    [{ refreshMaxAge: 5 }, { refreshMaxAge: 3 }, { refreshMaxAge: 3 }],
    [{ codeLifetime: 5 }, {}, { codeLifetime: 5 }],
    [{ codeLifetime: 5 }, { codeLifetime: 3 }, { codeLifetime: 3 }],
    [{ methods: ['PASSKEY', 'SMS'] }, { methods: ['PASSKEY'] }, { methods: ['PASSKEY'] }],
    [{ methods: [] }, { methods: ['PASSKEY'] }, { methods: ['PASSKEY'] }],
    [{ graceUntil: 5 }, { graceUntil: 3 }, { graceUntil: 3 }],
    [{ rememberDevice: 5 }, { rememberDevice: 3 }, { rememberDevice: 3 }],
  ]
  for (const [one, other, both] of table) {
    t.match(strictestOf(policy(one), policy(other)), both, JSON.stringify(both))
    t.match(strictestOf(policy(other), policy(one)), both)
  }
})

t.test('what only one of them grants is not granted', async (t) => {
  const granting = policy({ graceUntil: 5, rememberDevice: 5 })
  for (const both of [strictestOf(granting, policy({})), strictestOf(policy({}), granting)]) {
    t.notOk('graceUntil' in both || 'rememberDevice' in both)
  }
})

t.test('no method counts where no method counts for both', async (t) => {
  const both = strictestOf(policy({ methods: ['SMS'] }), policy({ methods: ['PASSKEY'] }))
  for (const method of ['SMS', 'PASSKEY', undefined, '']) t.notOk(isMethodAllowed(both, method))
})

t.test('those of the strictest mode alone count, and the first one names the action', async (t) => {
  const off = policy({ mode: 'off', grants: [], action: 'off' })
  const watched = policy({ mode: 'monitor', grants: [], action: 'watched' })
  const enforced = policy({ grants: ['password'], action: 'one' })
  t.same(strictestOf(off, watched, enforced), enforced)
  t.same(strictestOf(watched, off), watched)
  t.match(strictestOf(enforced, policy({ action: 'two' })), { action: 'one' })
})
