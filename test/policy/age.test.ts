import t from 'tap'
import { isYounger } from '../../src/policy/age.ts'

const now = 1_000_000
const table: [name: string, at: number, is: boolean][] = [
  ['just now', now, true],
  ['almost as old', now - 999, true],
  ['as old', now - 1000, false],
  ['from another machine whose clock is ahead', now + 30_000, true],
  ['from the future', now + 30_001, false],
]
for (const [name, at, is] of table) {
  t.test(`younger than a second: ${name}`, async (t) => {
    t.equal(isYounger(at, 1000, now), is)
  })
}
