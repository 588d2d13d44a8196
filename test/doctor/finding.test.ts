import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { examinations } from '../../src/doctor/examinations.ts'
import { findingIds } from '../../src/doctor/finding.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'doctor.md'), 'utf8')
const rows = page.split('\n## ').find((section) => section.startsWith('Findings')) ?? ''

t.test('docs/doctor.md explains each finding, and no other', async (t) => {
  const explained = rows
    .split('\n')
    .flatMap((row) => Array.from((row.split('|')[1] ?? '').matchAll(/`(\w+)`/g), ([, id = '']) => id))
  t.same(explained.toSorted(), findingIds.toSorted())
})

t.test('what an examination needs comes before it', async (t) => {
  for (const [index, { name, needs }] of examinations.entries()) {
    const before = examinations.slice(0, index).map((earlier) => earlier.name)
    t.ok(
      needs.every((needed) => before.includes(needed)),
      name,
    )
  }
})
