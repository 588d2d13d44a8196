import t from 'tap'
import { limitByDeadline, withDeadline } from '../../src/provider/deadline.ts'

t.test('whichever comes first', async (t) => {
  const timeout = new AbortController()
  const deadline = new AbortController()
  const [both, onlyDeadline] = await withDeadline(deadline.signal, async () => {
    await Promise.resolve()
    return [limitByDeadline(timeout.signal), limitByDeadline(undefined)]
  })
  const outside = limitByDeadline(timeout.signal)
  const none = limitByDeadline(undefined)
  timeout.abort()
  t.same(
    [both, onlyDeadline, outside, none].map((signal) => signal?.aborted),
    [true, false, true, false],
  )
  deadline.abort()
  t.same(
    [onlyDeadline, none].map((signal) => signal?.aborted),
    [true, false],
  )
})
