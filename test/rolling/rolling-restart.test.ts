import t from 'tap'
import { kinds } from './people.ts'
import { restartUnderLoad } from './rolling-restart.ts'
import { skip } from './skip.ts'

// `npm run test:rolling` is the same twice, with more people and the usual grace.
t.test('two gateways are restarted, one after the other, and no sign-in fails', { skip }, async (t) => {
  const { exitCodes, failures, signIns, downloads, cuts } = await restartUnderLoad({
    rounds: 1,
    between: 2,
    people: 1,
    shutdown: { delay: '1s', grace: '3s' },
    checks: { intervalMs: 100, fall: 2 },
  })
  t.same(exitCodes, [0, 0])
  t.same(failures, [], 'no sign-in failed')
  for (const kind of kinds) t.ok(signIns[kind].finished >= 6, `${kind}: signed in again and again`)
  t.ok(downloads.whole > 0)
  t.same(downloads.broken, [], 'what ends within the grace is not cut')
  t.ok(cuts > 0, 'a stream of events is cut, and begins anew at the other gateway')
})
