import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')

t.test('every folder of src is named', async (t) => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  t.ok(folders.length > 20)
  for (const folder of folders) t.match(text, `\`${folder}/\``, folder)
})

t.test('what it names exists', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const paths = [...text.matchAll(/`((?:src|test|config|docs)\/[^`]*)`/g)].map(([, path = '']) => path)
  t.ok(paths.length > 40)
  for (const path of paths) {
    if (path !== 'config/presets/NAME.yaml') t.ok(existsSync(join(root, path)), path)
  }
  for (const [, name = ''] of text.matchAll(/npm run ([\w:-]+)/g)) t.type(scripts[name], 'string', name)
})
