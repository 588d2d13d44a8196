import t from 'tap'
import { isWithin } from '../../src/step-up/case.ts'

t.test('a scope that is not known is within no known one, and holds none', async (t) => {
  const table: [asked: string[] | undefined, granted: string[] | undefined, is: boolean][] = [
    [['a'], ['a', 'b'], true],
    [['a', 'b'], ['a'], false],
    [[], ['a'], true],
    [undefined, undefined, true],
    [undefined, ['a'], false],
    [['a'], undefined, false],
    [[], undefined, false],
  ]
  for (const [asked, granted, is] of table) t.equal(isWithin(asked, granted), is, `${asked} in ${granted}`)
})
