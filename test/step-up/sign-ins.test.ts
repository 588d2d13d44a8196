import t from 'tap'
import { epochOf } from '../../src/records/epochs.ts'
import type { Case } from '../../src/records/records.ts'
import { findPass, spendPass } from '../../src/step-up/passes.ts'
import { findProofs } from '../../src/step-up/proofs.ts'
import { claimSignIn, writeSignIn } from '../../src/step-up/sign-ins.ts'
import { beginEpoch, minute, open, passed, since, user } from './remembered.ts'

t.test('a sign-in by passkey', async (t) => {
  const bobs: Case = { ...passed, user: { ...user, subject: 'bob' } }

  t.test('is not looked for where nobody can sign in by passkey', async (t) => {
    const services = await open(false)
    await beginEpoch(services, 'bob')
    await writeSignIn(services, 'bob', 'browser', 'PASSKEY', since)
    await claimSignIn(services, bobs, 'pay', ['browser'])
    t.equal(await findPass(services, bobs, 'any', ['browser']), undefined)
    t.equal(await spendPass(services, bobs, 'any', ['browser']), undefined)
    t.notMatch(await findProofs(services, bobs, ['browser']), [{ action: 'pay' }])
  })

  t.test('is a pass for what its user asks for first, and then a proof in that session', async (t) => {
    const services = await open()
    await beginEpoch(services, 'bob')
    await writeSignIn(services, 'bob', 'browser', 'PASSKEY', since)
    t.match(await findPass(services, bobs, 'any', ['browser']), { method: 'PASSKEY' })
    t.match(await spendPass(services, bobs, 'any', ['browser']), { method: 'PASSKEY' })
    t.match(await spendPass(services, bobs, 'any', ['browser']), { method: 'PASSKEY' }, 'a reload')
    const other = { ...bobs, inFlight: 'other' }
    t.equal(await findPass(services, other, 'any', ['browser']), undefined)
    t.equal(await spendPass(services, other, 'any', ['browser']), undefined)
    await claimSignIn(services, other, 'pay', ['browser'])
    t.match(await findProofs(services, bobs, ['browser']), [
      { action: 'pay', method: 'PASSKEY', at: 1_000_000 },
    ])
  })

  const strangers: [name: string, it: Case, browser: string | undefined][] = [
    ['another user', { ...bobs, user: { ...user, subject: 'carol' } }, 'browser'],
    ['another browser', bobs, 'other'],
    ['no browser', bobs, undefined],
    ['another session', { ...bobs, user: { ...bobs.user, session: 'two' } }, 'browser'],
  ]
  for (const [name, it, browser] of strangers) {
    t.test(`is nothing for ${name}`, async (t) => {
      const services = await open()
      await beginEpoch(services, 'bob')
      await writeSignIn(services, 'bob', 'browser', 'PASSKEY', since)
      await claimSignIn(services, bobs, 'sign-in', ['browser'])
      const ids = browser ? [browser] : []
      await claimSignIn(services, it, 'sign-in', ids)
      t.equal(await spendPass(services, it, 'sign-in', ids), undefined)
      t.same(await findProofs(services, it, ids), [])
    })
  }

  t.test('ends after five minutes, and with a sign-out in this browser', async (t) => {
    for (const end of ['time', 'sign-out']) {
      const services = await open()
      await beginEpoch(services, 'bob')
      await writeSignIn(services, 'bob', 'browser', 'PASSKEY', since)
      if (end === 'time') services.advance(5 * minute)
      else await services.epochs.end(epochOf.browser('browser'))
      await claimSignIn(services, bobs, 'sign-in', ['browser'])
      t.equal(await findPass(services, bobs, 'sign-in', ['browser']), undefined, end)
      t.same(await findProofs(services, bobs, ['browser']), [])
    }
  })

  t.test('serves an OP that names no session as a pass only', async (t) => {
    const services = await open()
    const { session, ...sessionless } = bobs.user
    const it = { ...bobs, user: sessionless }
    await beginEpoch(services, 'bob')
    await writeSignIn(services, 'bob', 'browser', 'PASSKEY', since)
    await claimSignIn(services, it, 'sign-in', ['browser'])
    t.same(await findProofs(services, bobs, ['browser']), [])
    t.match(await spendPass(services, it, 'sign-in', ['browser']), { method: 'PASSKEY' })
  })
})

t.test('a sign-in by passkey of a user who was forgotten is no step-up', async (t) => {
  const services = await open()
  await writeSignIn(services, 'alice', 'other', 'PASSKEY', since)
  t.ok(await findPass(services, passed, 'sign-in', ['other']))
  await beginEpoch(services, 'alice', 'another')
  await claimSignIn(services, passed, 'sign-in', ['other'])
  t.equal(await findPass(services, passed, 'sign-in', ['other']), undefined)
  t.same(await findProofs(services, passed, ['other']), [])
})
