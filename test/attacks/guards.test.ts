import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { guards } from './guards.ts'

const root = join(import.meta.dirname, '..', '..')

t.test('every guard is where the list says, and can be turned off', async (t) => {
  t.ok(guards.length > 50)
  t.equal(new Set(guards.map(({ name }) => name)).size, guards.length, 'each has a name of its own')
  for (const { name, file, find, replace, cases } of guards) {
    const text = readFileSync(join(root, 'src', file), 'utf8')
    t.equal(text.split(find).length - 1, 1, `${name}: its text occurs once in ${file}`)
    const { diagnostics } = ts.transpileModule(
      text.replace(find, () => replace),
      { reportDiagnostics: true, compilerOptions: { target: ts.ScriptTarget.ES2023 } },
    )
    t.same(
      diagnostics?.map(({ messageText }) => messageText),
      [],
      `${name}: what is left is TypeScript`,
    )
    t.ok(cases.length > 0, `${name}: somebody has to notice`)
    for (const one of cases) t.ok(existsSync(join(root, 'test', one)), one)
  }
})
