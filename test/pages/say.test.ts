import t from 'tap'
import { english } from '../../src/pages/language.ts'
import { createSay } from '../../src/pages/say.ts'

// What templates of the operator's may ask for, which no compiler checks.
t.test('a value that is not given leaves its name', async (t) => {
  const say = createSay(english)
  t.equal(say({ key: 'passkeyRemoveNamed', values: {} } as never), 'Remove {name}')
  t.equal(say('passkeyRemoveNamed' as never), 'Remove {name}')
})

t.test('a value is put in once', async (t) => {
  const say = createSay(english)
  const values = { name: { word: '{name} $& $1' } }
  t.equal(say({ key: 'passkeyRemoveNamed', values }), 'Remove {name} $& $1')
})

t.test('a text that does not exist', async (t) => {
  for (const key of ['nothing', 'constructor', '__proto__']) {
    t.throws(() => createSay(english)(key as never), { message: `there is no text "${key}"` })
  }
})
