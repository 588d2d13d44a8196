import t from 'tap'
import type { Case } from '../../src/records/records.ts'
import { addProof, carryProofs, findProofs } from '../../src/step-up/proofs.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { makeServices } from '../services.ts'
import { minute, open, passed, since, user } from './remembered.ts'

t.test('a proof is for one user in one session and browser, for as long as a session lasts', async (t) => {
  const services = await open()
  t.match(await findProofs(services, { ...passed, clientId: 'web2' }, ['browser']), [{ method: 'PASSKEY' }])
  const { session, ...sessionless } = user
  const strangers: [Case, string | undefined][] = [
    [{ ...passed, user: { ...user, session: 'two' } }, 'browser'],
    [{ ...passed, user: { ...user, subject: 'bob' } }, 'browser'],
    [{ ...passed, user: sessionless }, 'browser'],
    [passed, 'other'],
    [passed, undefined],
  ]
  for (const [it, browser] of strangers) t.same(await findProofs(services, it, browser ? [browser] : []), [])
  services.advance(60 * minute)
  t.same(await findProofs(services, passed, ['browser']), [])
})

t.test('of two proofs of one kind the later counts', async (t) => {
  const services = await open()
  services.advance(minute)
  await addProof(
    services,
    passed,
    'browser',
    { action: 'sign-in', at: services.now(), method: 'PASSKEY' },
    since,
  )
  await addProof(services, passed, 'browser', { action: 'sign-in', at: services.now() }, since)
  t.match(await findProofs(services, passed, ['browser']), [{ at: 1_060_000 }, { at: 1_060_000 }])
  await addProof(services, passed, 'browser', { action: 'sign-in', at: 1_000_000, method: 'PASSKEY' }, since)
  t.match(await findProofs(services, passed, ['browser']), [{ at: 1_060_000 }, { at: 1_060_000 }])
})

t.test('each proof ends by itself, whatever was shown later', async (t) => {
  const services = await open()
  services.advance(59 * minute)
  await addProof(services, passed, 'browser', { action: 'sign-in', at: services.now(), method: 'SMS' }, since)
  t.equal((await findProofs(services, passed, ['browser'])).length, 2)
  services.advance(minute)
  t.match(await findProofs(services, passed, ['browser']), [{ method: 'SMS' }])
  t.equal((await findProofs(services, passed, ['browser'])).length, 1)
})

t.test('nothing is remembered for an OP that names no session', async (t) => {
  const { session, ...sessionless } = user
  const kinds: string[] = []
  const store = createMemoryStore(() => 0)
  const noting: Store = {
    ...store,
    set: (key, ...rest) => store.set(note(key), ...rest),
    add: (key, ...rest) => store.add(note(key), ...rest),
  }
  function note(key: string): string {
    kinds.push(key.split(':', 1).join(''))
    return key
  }
  const services = makeServices({ store: noting, now: () => 0 })
  for (const [it, isWritten] of [
    [{ ...passed, user: sessionless }, false],
    [passed, true],
  ] as const) {
    await addProof(
      services,
      it,
      'browser',
      { action: 'sign-in', at: services.now(), method: 'PASSKEY' },
      since,
    )
    t.equal(kinds.includes('proof'), isWritten)
  }
})

t.test('nothing is carried over to a user of whom nothing is on record', async (t) => {
  const services = await open()
  const bob = { ...passed, user: { ...user, subject: 'bob' } }
  await carryProofs(services, passed, bob, ['browser'])
  t.same(await findProofs(services, bob, ['browser']), [])
})
