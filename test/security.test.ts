import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'SECURITY.md'), 'utf8')

t.test('SECURITY.md names what exists', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const files = [...text.matchAll(/`((?:src|test)\/[^`]*)`|\]\(([^:)]+)\)/g)]
  t.ok(files.length > 20)
  for (const [, quoted, linked] of files) {
    const file = quoted ?? linked ?? ''
    t.ok(existsSync(join(root, file)), file)
  }
  for (const [, name = ''] of text.matchAll(/npm run ([\w:-]+)/g)) t.type(scripts[name], 'string', name)
})
