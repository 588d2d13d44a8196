import t from 'tap'
import { remember } from '../../src/http/remembered.ts'

function count(maxEntries?: number) {
  const asked: string[] = []
  const find = remember((text) => {
    asked.push(text)
    if (text === 'bad') throw new Error('bad')
    return text.length > 1
  }, maxEntries)
  return { asked, find }
}

t.test('what came before is not found out again', async (t) => {
  const { asked, find } = count()
  for (const text of ['ab', 'a', 'ab', 'a']) t.equal(find(text), text === 'ab')
  t.same(asked, ['ab', 'a'])
})

t.test('what throws throws again, and long texts take no room', async (t) => {
  const { asked, find } = count()
  const long = 'x'.repeat(257)
  for (let round = 0; round < 2; round++) {
    t.throws(() => find('bad'), { message: 'bad' })
    t.equal(find(long), true)
  }
  t.same(asked, ['bad', long, 'bad', long])
})

t.test('too many are forgotten', async (t) => {
  const { asked, find } = count(2)
  for (const text of ['a', 'b', 'c', 'a']) find(text)
  t.same(asked, ['a', 'b', 'c', 'a'])
})
