import t from 'tap'
import { isOfProtected, questions } from './askers.ts'
import { skip } from './skip.ts'
import { loseStore } from './store-outage.ts'

// `npm run test:rolling` measures the same, and other ways to go.
t.test('the store of two gateways is killed under load, and started again', { skip }, async (t) => {
  const result = await loseStore('one server, killed and started again', {
    answers: 10,
    people: 1,
    checks: { intervalMs: 100, fall: 2 },
  })
  t.same(result.unexpected, [], 'a protected client gets 503 with Retry-After, and no other client notices')
  for (const question of questions) {
    const { statuses, count } = result.answers[question]
    t.ok(count >= 10, question)
    t.equal('503' in statuses, isOfProtected(question), `${question}: refused only where it is protected`, {
      statuses,
    })
  }
  t.match(result.off, { failed: 0 })
  t.same(result.internalErrors, [])
  t.same(Object.keys(result.recoveryMs).sort(), ['allowed', 'challenged', 'passkey'], 'all sign in again')
  for (const [name, { status, text, isSignedInAfterwards }] of Object.entries(result.interrupted)) {
    t.ok(status < 500, `${name}: sees what to do`, { text })
    t.ok(isSignedInAfterwards, `${name}: can start again`)
  }
  t.match(result.interrupted['challenged-after-login'], { status: 410, text: /start the sign-in again/ })
})
