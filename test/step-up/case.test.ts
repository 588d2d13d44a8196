import t from 'tap'
import { readIdentity } from '../../src/policy/identity.ts'
import { describePageCase, isWithin } from '../../src/step-up/case.ts'

t.test('which claims tell sessions apart', async (t) => {
  const sessionOf = (claims: object, session: ('sid' | 'auth_time')[]) => {
    const identity = readIdentity({ sub: 'alice', ...claims }, 'sub')
    if (!identity) throw new Error('no subject')
    return describePageCase(identity, '/a', { session, compare: [] }).user
  }
  const one = { sid: 's1', auth_time: 1 }
  const other = { sid: 's2', auth_time: 1 }
  t.not(sessionOf(one, ['sid', 'auth_time']).session, sessionOf(other, ['sid', 'auth_time']).session)
  t.equal(sessionOf(one, ['auth_time']).session, sessionOf(other, ['auth_time']).session)
  t.same(sessionOf(one, ['auth_time']).epochs, sessionOf(other, ['auth_time']).epochs)
  t.not(sessionOf(one, ['sid']).session, sessionOf(other, ['sid']).session)
  t.equal(sessionOf(one, ['sid']).session, sessionOf({ ...one, auth_time: 2 }, ['sid']).session)
  t.equal(sessionOf({ auth_time: 0 }, ['sid', 'auth_time']).session, undefined, 'a time that is not known')
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
