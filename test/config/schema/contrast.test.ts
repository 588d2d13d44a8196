import t from 'tap'
import { contrastOf } from '../../../src/config/schema/contrast.ts'

t.test('the contrast of two colours, whichever comes first', async (t) => {
  const cases: [one: string, other: string, contrast: number][] = [
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#FFFFFF', 1],
    // The greys between which the line of WCAG 2.2 AA on white runs.
    ['#767676', '#ffffff', 4.54],
    ['#777777', '#ffffff', 4.48],
    ['#ff0000', '#ffffff', 4],
  ]
  for (const [one, other, contrast] of cases) {
    t.equal(Math.round(contrastOf(one, other) * 100) / 100, contrast, `${one} ${other}`)
    t.equal(contrastOf(one, other), contrastOf(other, one))
  }
})
