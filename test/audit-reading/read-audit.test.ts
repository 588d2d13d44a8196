import t from 'tap'
import { openLog } from '../../src/audit-reading/open-logs.ts'
import { explainCounts, readAudit } from '../../src/audit-reading/read-audit.ts'
import type { RecordedLine } from '../../src/audit-reading/recorded-line.ts'
import { decision, released } from './lines.ts'

const log = (...lines: string[]) =>
  openLog(
    'a log',
    (async function* () {
      for (const line of lines) yield Buffer.from(`${line}\n`)
    })(),
  )

t.test('audit lines of all logs, and how many were none', async (t) => {
  const read: RecordedLine[] = []
  const long = `{"audit":"decision","x":"${'x'.repeat(2 * 1024 * 1024)}`
  const halves = [long.slice(0, 700_000), long.slice(700_000)] as const
  const bytes = async function* () {
    for (const half of halves) yield Buffer.from(half)
  }
  const counts = await readAudit(
    [log(decision(), 'plain', '{"audit":'), log(released()), openLog('b', bytes())],
    (line) => read.push(line),
  )
  t.same(counts, { audit: 2, plain: 1, broken: 2, older: 0, newer: 0 })
  t.same(
    read.map(({ audit }) => audit),
    ['decision', 'released'],
  )
})

t.test('a reader of few lines has the others not parsed', async (t) => {
  const counts = await readAudit(
    [log(decision(), '{"audit":')],
    () => {},
    (text) => text.includes('web'),
  )
  t.same(counts, { audit: 1, plain: 0, broken: 0, older: 0, newer: 0 })
})

t.test('what an operator has to know of it', async (t) => {
  const none = { audit: 0, plain: 0, broken: 0, older: 0, newer: 0 }
  t.same(explainCounts({ ...none, audit: 5, plain: 3 }), [])
  t.match(explainCounts(none), [/^no audit lines: is this the log of/])
  t.match(explainCounts({ audit: 1, plain: 0, broken: 1, older: 2, newer: 1000 }), [
    /^skipped 1 broken line: /,
    /^skipped 2 audit lines: written before/,
    /^skipped 1,000 audit lines: of a newer schema/,
  ])
})
