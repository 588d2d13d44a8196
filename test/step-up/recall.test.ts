import t from 'tap'
import { createEpochs, epochOf } from '../../src/records/epochs.ts'
import { type Case, createRecords } from '../../src/records/records.ts'
import { createRecall, isWithin } from '../../src/step-up/recall.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

const minute = 60_000
const user = { subject: 'alice', session: 'one', epochs: ['sid', 'sub'], amr: [], compare: {} }
const passed: Case = {
  clientId: 'web',
  policyIds: ['web'],
  scope: ['openid', 'profile'],
  user,
  inFlight: 'request',
}

/** A recall with a pass and a proof of one step-up, and a clock to move on. */
async function open(hasSignIns = true) {
  let at = 1_000_000
  const now = () => at
  const records = createRecords(createMemoryStore(now), { timeout: 10 * minute, session: 60 * minute })
  const recall = createRecall(records, now, { sessionMs: 60 * minute, hasSignIns })
  await recall.writePass(passed, 'sign-in', 'browser', { method: 'PASSKEY' })
  await recall.writeProof(passed, 'sign-in', 'browser', 'PASSKEY')
  return {
    ...recall,
    epochs: createEpochs(records.epochs),
    advance: (ms: number) => {
      at += ms
    },
  }
}

t.test('a pass serves its own need', async (t) => {
  const recall = await open()
  t.match(await recall.findPass(passed, 'sign-in', ['browser']), { method: 'PASSKEY' })
  t.match(await recall.spendPass({ ...passed, scope: ['openid'] }, 'sign-in', ['browser']), {
    method: 'PASSKEY',
  })
})

const others: [name: string, it: Case, action: string, browser: string | undefined][] = [
  ['another session', { ...passed, user: { ...user, session: 'two' } }, 'sign-in', 'browser'],
  ['another user', { ...passed, user: { ...user, subject: 'bob' } }, 'sign-in', 'browser'],
  ['another client', { ...passed, clientId: 'web2' }, 'sign-in', 'browser'],
  ['another action', passed, 'pay', 'browser'],
  ['another browser', passed, 'sign-in', 'other'],
  ['no browser', passed, 'sign-in', undefined],
  ['a wider scope', { ...passed, scope: ['openid', 'admin'] }, 'sign-in', 'browser'],
]
for (const [name, it, action, browser] of others) {
  t.test(`a pass serves not ${name}`, async (t) => {
    const recall = await open()
    t.equal(await recall.findPass(it, action, browser ? [browser] : []), undefined, 'is not seen')
    t.equal(await recall.spendPass(it, action, browser ? [browser] : []), undefined, 'is not spent')
  })
}

t.test('a pass is spent once, and by a reload of the same request', async (t) => {
  const recall = await open()
  t.ok(await recall.spendPass(passed, 'sign-in', ['browser']))
  t.equal(await recall.spendPass({ ...passed, inFlight: 'other' }, 'sign-in', ['browser']), undefined)
  t.equal(await recall.findPass({ ...passed, inFlight: 'other' }, 'sign-in', ['browser']), undefined)
  t.ok(await recall.spendPass(passed, 'sign-in', ['browser']), 'the reload')
  recall.advance(minute)
  t.equal(await recall.spendPass(passed, 'sign-in', ['browser']), undefined, 'a minute later')
})

t.test('a pass lives five minutes, and ten while consent is asked', async (t) => {
  const [unseen, seen] = [await open(), await open()]
  await seen.findPass(passed, 'sign-in', ['browser'])
  for (const recall of [unseen, seen]) recall.advance(5 * minute)
  t.equal(await unseen.spendPass(passed, 'sign-in', ['browser']), undefined)
  seen.advance(5 * minute - 1)
  t.ok(await seen.findPass(passed, 'sign-in', ['browser']))
  seen.advance(1)
  t.equal(await seen.spendPass(passed, 'sign-in', ['browser']), undefined)
})

t.test('a proof is for one user in one session and browser, for as long as a session lasts', async (t) => {
  const recall = await open()
  t.match(await recall.findProofs({ ...passed, clientId: 'web2' }, ['browser']), [{ method: 'PASSKEY' }])
  const { session, ...sessionless } = user
  const strangers: [Case, string | undefined][] = [
    [{ ...passed, user: { ...user, session: 'two' } }, 'browser'],
    [{ ...passed, user: { ...user, subject: 'bob' } }, 'browser'],
    [{ ...passed, user: sessionless }, 'browser'],
    [passed, 'other'],
    [passed, undefined],
  ]
  for (const [it, browser] of strangers) t.same(await recall.findProofs(it, browser ? [browser] : []), [])
  recall.advance(60 * minute)
  t.same(await recall.findProofs(passed, ['browser']), [])
})

t.test('of two proofs of one kind the later counts', async (t) => {
  const recall = await open()
  recall.advance(minute)
  await recall.writeProof(passed, 'sign-in', 'browser', 'PASSKEY')
  await recall.writeProof(passed, 'sign-in', 'browser', undefined)
  t.match(await recall.findProofs(passed, ['browser']), [{ at: 1_060_000 }, { at: 1_060_000 }])
})

t.test('each proof ends by itself, whatever was shown later', async (t) => {
  const recall = await open()
  recall.advance(59 * minute)
  await recall.writeProof(passed, 'sign-in', 'browser', 'SMS')
  t.equal((await recall.findProofs(passed, ['browser'])).length, 2)
  recall.advance(minute)
  t.match(await recall.findProofs(passed, ['browser']), [{ method: 'SMS' }])
  t.equal((await recall.findProofs(passed, ['browser'])).length, 1)
})

t.test('a clock that is set back makes nothing young again', async (t) => {
  const recall = await open()
  recall.advance(-minute)
  t.equal(await recall.findPass(passed, 'sign-in', ['browser']), undefined)
  t.equal(await recall.spendPass(passed, 'sign-in', ['browser']), undefined)
  t.same(await recall.findProofs(passed, ['browser']), [])
  await recall.writeProof(passed, 'sign-in', 'browser', 'PASSKEY')
  t.match(await recall.findProofs(passed, ['browser']), [{ at: 940_000 }], 'and keeps no new one out')
})

const ends: [name: string, epoch: string][] = [
  ['its session at the OP', 'sid'],
  ['every session of its user', 'sub'],
  ['the session of its browser', epochOf.browser('browser')],
]
for (const [name, epoch] of ends) {
  t.test(`passes and proofs end with ${name}`, async (t) => {
    const recall = await open()
    await recall.epochs.end(epoch)
    t.equal(await recall.findPass(passed, 'sign-in', ['browser']), undefined)
    t.same(await recall.findProofs(passed, ['browser']), [])
    await recall.writePass(passed, 'sign-in', 'browser', { method: 'SMS' })
    await recall.writeProof(passed, 'sign-in', 'browser', 'SMS')
    t.match(await recall.findPass(passed, 'sign-in', ['browser']), { method: 'SMS' }, 'new ones count')
    t.match(await recall.findProofs(passed, ['browser']), [{ method: 'SMS' }])
  })
}

t.test('what ends elsewhere ends nothing here', async (t) => {
  const recall = await open()
  for (const other of ['another sid', 'another sub', epochOf.browser('other')]) await recall.epochs.end(other)
  t.match(await recall.findPass(passed, 'sign-in', ['browser']), { method: 'PASSKEY' })
  t.match(await recall.findProofs(passed, ['browser']), [{ method: 'PASSKEY' }])
})

t.test('nothing is remembered for an OP that names no session', async (t) => {
  const { session, ...sessionless } = user
  const kinds: string[] = []
  const store = createMemoryStore(() => 0)
  const records = createRecords(
    {
      ...store,
      set: (key, ...rest) => store.set(note(key), ...rest),
      add: (key, ...rest) => store.add(note(key), ...rest),
    },
    { timeout: 10 * minute, session: 60 * minute },
  )
  function note(key: string): string {
    kinds.push(key.split(':', 1).join(''))
    return key
  }
  const recall = createRecall(records, () => 0, { sessionMs: 60 * minute, hasSignIns: true })
  for (const [it, isWritten] of [
    [{ ...passed, user: sessionless }, false],
    [passed, true],
  ] as const) {
    await recall.writeProof(it, 'sign-in', 'browser', 'PASSKEY')
    t.equal(kinds.includes('proof'), isWritten)
  }
})

t.test('a scope that is not known is within no known one, and holds none', async (t) => {
  const table: [asked: string[] | undefined, granted: string[] | undefined, is: boolean][] = [
    [['a'], ['a', 'b'], true],
    [['a', 'b'], ['a'], false],
    [[], ['a'], true],
    [undefined, undefined, true],
    [undefined, ['a'], false],
    [['a'], undefined, false],
    [[], undefined, false],
  ]
  for (const [asked, granted, is] of table) t.equal(isWithin(asked, granted), is, `${asked} in ${granted}`)
})

t.test('a sign-in by passkey', async (t) => {
  const bobs: Case = { ...passed, user: { ...user, subject: 'bob' } }

  t.test('is not looked for where nobody can sign in by passkey', async (t) => {
    const recall = await open(false)
    await recall.writeSignIn('bob', 'browser', 'PASSKEY')
    await recall.claimSignIn(bobs, 'pay', ['browser'])
    t.equal(await recall.findPass(bobs, 'any', ['browser']), undefined)
    t.equal(await recall.spendPass(bobs, 'any', ['browser']), undefined)
    t.notMatch(await recall.findProofs(bobs, ['browser']), [{ action: 'pay' }])
  })

  t.test('is a pass for what its user asks for first, and then a proof in that session', async (t) => {
    const recall = await open()
    await recall.writeSignIn('bob', 'browser', 'PASSKEY')
    t.match(await recall.findPass(bobs, 'any', ['browser']), { method: 'PASSKEY' })
    t.match(await recall.spendPass(bobs, 'any', ['browser']), { method: 'PASSKEY' })
    t.match(await recall.spendPass(bobs, 'any', ['browser']), { method: 'PASSKEY' }, 'a reload')
    const other = { ...bobs, inFlight: 'other' }
    t.equal(await recall.findPass(other, 'any', ['browser']), undefined)
    t.equal(await recall.spendPass(other, 'any', ['browser']), undefined)
    await recall.claimSignIn(other, 'pay', ['browser'])
    t.match(await recall.findProofs(bobs, ['browser']), [{ action: 'pay', method: 'PASSKEY', at: 1_000_000 }])
  })

  const strangers: [name: string, it: Case, browser: string | undefined][] = [
    ['another user', { ...bobs, user: { ...user, subject: 'carol' } }, 'browser'],
    ['another browser', bobs, 'other'],
    ['no browser', bobs, undefined],
    ['another session', { ...bobs, user: { ...bobs.user, session: 'two' } }, 'browser'],
  ]
  for (const [name, it, browser] of strangers) {
    t.test(`is nothing for ${name}`, async (t) => {
      const recall = await open()
      await recall.writeSignIn('bob', 'browser', 'PASSKEY')
      await recall.claimSignIn(bobs, 'sign-in', ['browser'])
      const ids = browser ? [browser] : []
      await recall.claimSignIn(it, 'sign-in', ids)
      t.equal(await recall.spendPass(it, 'sign-in', ids), undefined)
      t.same(await recall.findProofs(it, ids), [])
    })
  }

  t.test('ends after five minutes, and with a sign-out in this browser', async (t) => {
    for (const end of ['time', 'sign-out']) {
      const recall = await open()
      await recall.writeSignIn('bob', 'browser', 'PASSKEY')
      if (end === 'time') recall.advance(5 * minute)
      else await recall.epochs.end(epochOf.browser('browser'))
      await recall.claimSignIn(bobs, 'sign-in', ['browser'])
      t.equal(await recall.findPass(bobs, 'sign-in', ['browser']), undefined, end)
      t.same(await recall.findProofs(bobs, ['browser']), [])
    }
  })

  t.test('serves an OP that names no session as a pass only', async (t) => {
    const recall = await open()
    const { session, ...sessionless } = bobs.user
    const it = { ...bobs, user: sessionless }
    await recall.writeSignIn('bob', 'browser', 'PASSKEY')
    await recall.claimSignIn(it, 'sign-in', ['browser'])
    t.same(await recall.findProofs(bobs, ['browser']), [])
    t.match(await recall.spendPass(it, 'sign-in', ['browser']), { method: 'PASSKEY' })
  })
})

t.test('an enrolment that was skipped is told from a step-up', async (t) => {
  const recall = await open()
  await recall.writePass(passed, 'sign-in', 'browser', { isSkipped: true })
  t.match(await recall.spendPass(passed, 'sign-in', ['browser']), { method: undefined, isSkipped: true })
})
