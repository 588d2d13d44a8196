import t from 'tap'
import { flood } from './flood.ts'

// `npm run test:flood` is the same with 200,000 requests. These are enough to fill the heap where nothing is bounded.
t.test('a flood neither ends the process nor a sign-in that had begun', { timeout: 240_000 }, async (t) => {
  const { isUp, lastWords, statuses, signIns } = await flood({ requests: 1500, heapMib: 64 })
  t.ok(isUp, 'the process stays', { lastWords })
  t.ok((statuses['404'] ?? 0) > 1000, 'the requests were forwarded', { statuses })
  t.same(signIns, {
    'at the login page': ['user-alice'],
    'challenged before there was a code': ['user-alice'],
    'challenged with a code': ['user-alice'],
  })
})
