import t from 'tap'
import { epochOf } from '../../src/records/epochs.ts'
import type { Case } from '../../src/records/records.ts'
import { findPass, spendPass, writePass } from '../../src/step-up/passes.ts'
import { addProof, findProofs } from '../../src/step-up/proofs.ts'
import { beginEpoch, minute, open, passed, since, user } from './remembered.ts'

t.test('a pass serves its own need', async (t) => {
  const services = await open()
  t.match(await findPass(services, passed, 'sign-in', ['browser']), { method: 'PASSKEY' })
  t.match(await spendPass(services, { ...passed, scope: ['openid'] }, 'sign-in', ['browser']), {
    method: 'PASSKEY',
  })
})

const others: [name: string, it: Case, action: string, browser: string | undefined][] = [
  [
    'another session',
    { ...passed, user: { ...user, session: 'two' }, inFlight: 'other' },
    'sign-in',
    'browser',
  ],
  [
    'another session, no request',
    { ...passed, user: { ...user, session: 'two' }, inFlight: undefined },
    'sign-in',
    'browser',
  ],
  ['another user', { ...passed, user: { ...user, subject: 'bob' } }, 'sign-in', 'browser'],
  ['another client', { ...passed, clientId: 'web2' }, 'sign-in', 'browser'],
  ['another action', passed, 'pay', 'browser'],
  ['another browser', passed, 'sign-in', 'other'],
  ['no browser', passed, 'sign-in', undefined],
  ['a wider scope', { ...passed, scope: ['openid', 'admin'] }, 'sign-in', 'browser'],
]
for (const [name, it, action, browser] of others) {
  t.test(`a pass serves not ${name}`, async (t) => {
    const services = await open()
    t.equal(await findPass(services, it, action, browser ? [browser] : []), undefined, 'is not seen')
    t.equal(await spendPass(services, it, action, browser ? [browser] : []), undefined, 'is not spent')
  })
}

t.test('a pass serves the request that it was given for, also once its session was renewed', async (t) => {
  const services = await open()
  const renewed = { ...passed, user: { ...user, session: 'two' } }
  t.ok(await findPass(services, renewed, 'sign-in', ['browser']))
  t.ok(await spendPass(services, renewed, 'sign-in', ['browser']))
  t.equal(await spendPass(services, { ...passed, inFlight: 'other' }, 'sign-in', ['browser']), undefined)
})

t.test('a pass for a start anew, which asks for a login, outlives that', async (t) => {
  const services = await open()
  const login = { ...passed, user: { ...user, session: 'two' }, inFlight: 'other' }
  await writePass(services, passed, 'sign-in', 'browser', { method: 'SMS', since }, true)
  t.equal(
    await findPass(services, { ...login, user: { ...login.user, subject: 'bob' } }, 'sign-in', ['browser']),
    undefined,
  )
  t.match(await spendPass(services, login, 'sign-in', ['browser']), { method: 'SMS' })
  t.equal(await spendPass(services, { ...login, inFlight: 'third' }, 'sign-in', ['browser']), undefined)
})

t.test('a pass is spent once, and by a reload of the same request', async (t) => {
  const services = await open()
  t.ok(await spendPass(services, passed, 'sign-in', ['browser']))
  t.equal(await spendPass(services, { ...passed, inFlight: 'other' }, 'sign-in', ['browser']), undefined)
  t.equal(await findPass(services, { ...passed, inFlight: 'other' }, 'sign-in', ['browser']), undefined)
  t.ok(await spendPass(services, passed, 'sign-in', ['browser']), 'the reload')
  services.advance(minute)
  t.equal(await spendPass(services, passed, 'sign-in', ['browser']), undefined, 'a minute later')
})

t.test('a pass lives five minutes, and ten while consent is asked', async (t) => {
  const [unseen, seen] = [await open(), await open()]
  await findPass(seen, passed, 'sign-in', ['browser'])
  for (const services of [unseen, seen]) services.advance(5 * minute)
  t.equal(await spendPass(unseen, passed, 'sign-in', ['browser']), undefined)
  seen.advance(5 * minute - 1)
  t.ok(await findPass(seen, passed, 'sign-in', ['browser']))
  seen.advance(1)
  t.equal(await spendPass(seen, passed, 'sign-in', ['browser']), undefined)
})

t.test('a clock that is set back makes nothing young again', async (t) => {
  const services = await open()
  services.advance(-minute)
  t.equal(await findPass(services, passed, 'sign-in', ['browser']), undefined)
  t.equal(await spendPass(services, passed, 'sign-in', ['browser']), undefined)
  t.same(await findProofs(services, passed, ['browser']), [])
  await addProof(
    services,
    passed,
    'browser',
    { action: 'sign-in', at: services.now(), method: 'PASSKEY' },
    since,
  )
  t.match(await findProofs(services, passed, ['browser']), [{ at: 940_000 }], 'and keeps no new one out')
})

const ends: [name: string, epoch: string][] = [
  ['its session at the OP', 'sid'],
  ['every session of its user', 'sub'],
  ['the session of its browser', epochOf.browser('browser')],
]
for (const [name, epoch] of ends) {
  t.test(`passes and proofs end with ${name}`, async (t) => {
    const services = await open()
    await services.epochs.end(epoch)
    t.equal(await findPass(services, passed, 'sign-in', ['browser']), undefined)
    t.same(await findProofs(services, passed, ['browser']), [])
    await writePass(services, passed, 'sign-in', 'browser', { method: 'SMS', since })
    await addProof(
      services,
      passed,
      'browser',
      { action: 'sign-in', at: services.now(), method: 'SMS' },
      since,
    )
    t.match(await findPass(services, passed, 'sign-in', ['browser']), { method: 'SMS' }, 'new ones count')
    t.match(await findProofs(services, passed, ['browser']), [{ method: 'SMS' }])
  })
}

t.test('what ends elsewhere ends nothing here', async (t) => {
  const services = await open()
  for (const other of ['another sid', 'another sub', epochOf.browser('other')])
    await services.epochs.end(other)
  t.match(await findPass(services, passed, 'sign-in', ['browser']), { method: 'PASSKEY' })
  t.match(await findProofs(services, passed, ['browser']), [{ method: 'PASSKEY' }])
})

t.test('an enrolment that was skipped is told from a step-up', async (t) => {
  const services = await open()
  await writePass(services, passed, 'sign-in', 'browser', { isSkipped: true, since })
  t.match(await spendPass(services, passed, 'sign-in', ['browser']), { method: undefined, isSkipped: true })
})

t.test('what belongs to a user who was forgotten meanwhile counts nowhere', async (t) => {
  const services = await open()
  await beginEpoch(services, 'alice', 'another')
  await writePass(services, passed, 'sign-in', 'browser', { method: 'SMS', since })
  await addProof(services, passed, 'browser', { action: 'sign-in', at: services.now(), method: 'SMS' }, since)
  t.equal(await findPass(services, passed, 'sign-in', ['browser']), undefined)
  t.same(await findProofs(services, passed, ['browser']), [])
})
