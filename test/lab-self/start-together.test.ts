import t from 'tap'
import { startTogether } from '../lab/start-together.ts'

/** A part that writes down when it ends. */
const part = (name: string, ended: string[], failure?: Error) => ({
  name,
  async close() {
    ended.push(name)
    if (failure) throw failure
  },
})

t.test('parts end in the reverse order, once', async (t) => {
  const ended: string[] = []
  const whole = await startTogether(async (keep) => ({
    one: keep(part('one', ended)),
    two: keep(part('two', ended)),
  }))
  t.equal(whole.one.name, 'one')
  await whole.close()
  await whole.close()
  t.same(ended, ['two', 'one'])
})

t.test('what had started ends where a later part does not start', async (t) => {
  const ended: string[] = []
  const start = startTogether(async (keep) => {
    keep(part('one', ended))
    throw new Error('the port is taken')
  })
  await t.rejects(start, { message: 'the port is taken' })
  t.same(ended, ['one'])
})

t.test('a part that does not end keeps no other from it', async (t) => {
  const ended: string[] = []
  const whole = await startTogether(async (keep) => {
    keep(part('one', ended))
    keep(part('two', ended, new Error('no')))
    return {}
  })
  await t.rejects(whole.close(), { message: 'a part did not end', errors: [{ message: 'no' }] })
  t.same(ended, ['two', 'one'])
})
