import { PassThrough } from 'node:stream'
import t from 'tap'
import { openDialog } from '../../src/doctor/dialog.ts'

t.test('lines are asked for one at a time, until there are none', async (t) => {
  const input = new PassThrough()
  let said = ''
  const dialog = openDialog(input, { write: (text) => (said += text) })
  dialog.say('who?')
  t.equal(said, 'who?\n')
  input.write('  me \n\n')
  t.equal(await dialog.ask(), 'me')
  t.equal(await dialog.ask(), '')
  input.end()
  t.equal(await dialog.ask(), undefined)
})

t.test('closed, it asks nobody', async (t) => {
  const dialog = openDialog(new PassThrough(), { write: () => {} })
  const asked = dialog.ask()
  dialog.close()
  t.equal(await asked, undefined)
})
