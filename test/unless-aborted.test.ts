import { getEventListeners } from 'node:events'
import t from 'tap'
import { unlessAborted } from '../src/unless-aborted.ts'

const endless = new Promise<never>(() => undefined)

t.test('work that ends before the signal is aborted', async (t) => {
  const { signal } = new AbortController()
  t.equal(await unlessAborted(Promise.resolve('done'), signal), 'done')
  await t.rejects(unlessAborted(Promise.reject(new Error('failed')), signal), { message: 'failed' })
  t.same(getEventListeners(signal, 'abort'), [], 'nobody listens any more')
})

t.test('a signal that is aborted meanwhile, or was before', async (t) => {
  const stop = new AbortController()
  const waiting = unlessAborted(endless, stop.signal)
  stop.abort(new Error('stopped'))
  await t.rejects(waiting, { message: 'stopped' })
  await t.rejects(unlessAborted(endless, stop.signal), { message: 'stopped' })
  await t.rejects(unlessAborted(Promise.reject(new Error('failed')), stop.signal), { message: 'stopped' })
})
