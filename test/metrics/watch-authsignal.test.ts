import t from 'tap'
import type { Authsignal } from '../../src/authsignal/authsignal.ts'
import { AuthsignalError } from '../../src/authsignal/authsignal-error.ts'
import { watchAuthsignal } from '../../src/metrics/watch-authsignal.ts'
import { noteInstruments } from './watch-parts.ts'

t.test('each call is timed, and one that fails counted by what went wrong', async (t) => {
  const { instruments, notes } = noteInstruments()
  const failures = [
    new AuthsignalError('unavailable', 'validate', { failure: 'timeout' }),
    new Error('of our own'),
  ]
  const api = watchAuthsignal(
    {
      findUsername: async (id: string) => `name of ${id}`,
      validate: async () => {
        throw failures.shift()
      },
    } as unknown as Authsignal,
    instruments,
  )
  t.equal(await api.findUsername('alice'), 'name of alice')
  await t.rejects(api.validate({} as never), AuthsignalError)
  await t.rejects(api.validate({} as never), /of our own/)
  t.same(notes, [
    ['authsignal_duration_seconds', { call: 'findUsername' }],
    ['authsignal_failures_total', { failure: 'timeout' }],
  ])
})
