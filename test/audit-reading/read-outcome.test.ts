import t from 'tap'
import { readOutcome } from '../../src/audit-reading/read-outcome.ts'
import { answer } from './lines.ts'

t.same(readOutcome(answer('ALLOW')), { state: 'ALLOW', isEnrolled: true, hasChallengeUrl: true })
t.same(readOutcome({ state: 'NEW' }), { state: 'unknown', isEnrolled: false, hasChallengeUrl: false })
t.same(readOutcome({}), { state: 'unknown', isEnrolled: false, hasChallengeUrl: false })
t.same(readOutcome({ error: { kind: 'unavailable' } }), { state: 'no_answer', kind: 'unavailable' })
t.same(readOutcome({ error: { kind: 'refused' } }), { state: 'no_answer', kind: 'refused' })
t.same(readOutcome({ error: {} }), { state: 'no_answer', kind: 'refused' }, 'the stricter one')
