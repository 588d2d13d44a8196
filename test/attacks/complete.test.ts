import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { reportCase } from './frame/report.ts'
import { threatIds } from './ids.ts'
import { notCases } from './not-cases.ts'

t.test('every threat has a case or a reason why it has none', async (t) => {
  const folder = new URL('./', import.meta.url)
  const files = (await readdir(folder)).filter((file) => file.endsWith('.test.ts'))
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
  const cases = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/\battack(?:<[^(]*>)?\(\s*'([A-Z]-\d\d)'/g)].map(([, id = '']) => id),
    ),
  )
  for (const [id, reason] of Object.entries(notCases)) reportCase({ id, reason })
  const answered = new Set([...cases, ...Object.keys(notCases)])
  t.same(
    threatIds.filter((id) => !answered.has(id)),
    [],
    'none is forgotten',
  )
  t.same(
    [...answered].filter((id) => !threatIds.includes(id)),
    [],
    'none is made up',
  )
  t.same(
    Object.keys(notCases).filter((id) => cases.has(id)),
    [],
    'none has both',
  )
})
