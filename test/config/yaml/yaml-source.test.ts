import { join } from 'node:path'
import t from 'tap'
import { createFiles } from '../../../src/config/files.ts'
import { readSource } from '../../../src/config/yaml/yaml-source.ts'

const faults: [name: string, text: string, message: RegExp, line: number][] = [
  ['tabs', 'a:\n\tb: 1\n', /indented with a tab/, 2],
  ['indent', 'a:\n    b: 1\n  c: 2\n', /indented wrongly|not valid YAML/, 3],
  ['an open list', 'a: [1\nb: 2\n', /never closed/, 1],
  ['an open quote', 'a: "x\n', /never closed/, 1],
  ['an escape', 'a: "\\q"\n', /escape/, 1],
  ['a reserved start', 'a: @x\n', /reserves/, 1],
  ['a key without a value', 'a: 1\nb\nc: 2\n', /has no colon/, 2],
  ['a key on two lines', '? a\nb\n  c: 2\n', /./, 2],
  ['two documents', 'a: 1\n---\nb: 2\n', /more than one/, 2],
  ['a tag of one’s own', 'a: !x y\n', /tag/, 1],
  ['an unresolved alias', 'a: *x\n', /alias/, 1],
  ['a directive', '%FOO bar\n---\na: 1\n', /directive/, 1],
  ['YAML 1.1', '%YAML 1.1\n---\na: 1\n', /version/, 1],
  ['nesting without end', '['.repeat(200_000), /too deeply/, 1],
]

for (const [name, text, message, line] of faults) {
  t.test(name, async (t) => {
    const source = readSource(join(t.testdir({ file: text }), 'file'), { env: {}, files: createFiles() })
    t.match(source.problems[0], { message, fix: /./, line })
    t.equal(source.problems.length > 0, true)
  })
}

t.test('YAML 1.2 keeps words as words', async (t) => {
  const source = readSource(
    join(t.testdir({ file: 'a: off\nb: yes\nc: 010\nd: 2026-01-01\ne: 1e3\nf: ~\n' }), 'file'),
    { env: {}, files: createFiles() },
  )
  t.same(source.value, { a: 'off', b: 'yes', c: 10, d: '2026-01-01', e: 1000, f: null })
})

t.test('a billion laughs are not told', async (t) => {
  const levels = Array.from(
    { length: 30 },
    (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`,
  )
  const source = readSource(join(t.testdir({ file: `a0: &a0 x\n${levels.join('\n')}\n` }), 'file'), {
    env: {},
    files: createFiles(),
  })
  t.equal(source.problems.length, 60)
})

t.test('places', async (t) => {
  const text = 'a:\n  b: [x,\n    y]\n"c d":\n  - e: 1\n'
  const source = readSource(join(t.testdir({ file: text }), 'file'), { env: {}, files: createFiles() })
  t.same(source.locate([], 'key'), { line: 1, column: 1 })
  t.same(source.locate(['a'], 'key'), { line: 1, column: 1 })
  t.same(source.locate(['a', 'b'], 'key'), { line: 2, column: 3 })
  t.same(source.locate(['a', 'b'], 'value'), { line: 2, column: 6 })
  t.same(source.locate(['a', 'b', 1], 'value'), { line: 3, column: 5 })
  t.same(source.locate(['c d', 0, 'e'], 'value'), { line: 5, column: 8 })
  t.equal(source.locate(['a', 'z'], 'key'), undefined)
})
