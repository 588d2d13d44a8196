import t from 'tap'
import { readIdentity } from '../../src/policy/identity.ts'
import { afterRenewal, type ProbeResult } from '../../src/policy/probe-result.ts'

function known(claims: object): ProbeResult {
  const identity = readIdentity({ sub: 'alice', auth_time: 1, ...claims }, 'sub')
  if (!identity) throw new Error('no subject')
  return { known: true, identity }
}

t.test('what an answer renews is the session of its own request', async (t) => {
  const nobody: ProbeResult = { known: false, reason: 'login_required' }
  const same = known({})
  const table: [name: string, before: ProbeResult | undefined, after: ProbeResult, is: boolean][] = [
    ['a later time', known({}), known({ auth_time: 2 }), true],
    ['in one session', known({ sid: 's' }), known({ sid: 's', auth_time: 2 }), true],
    ['another session', known({ sid: 's' }), known({ sid: 's2', auth_time: 2 }), false],
    ['a session that has a name now', known({}), known({ sid: 's' }), false],
    ['another user', known({}), known({ sub: 'bob' }), false],
    ['nobody before', nobody, known({}), false],
    ['nobody any more', known({}), nobody, false],
    ['nobody asked', undefined, known({}), false],
    ['nothing renewed', same, same, false],
  ]
  for (const [name, before, after, is] of table) {
    const result = afterRenewal(before, after)
    t.match(result, after, name)
    t.equal(result.known && result.renews !== undefined, is && after.known, name)
  }
})
