import { join } from 'node:path'
import t from 'tap'
import { createFiles } from '../../src/config/files.ts'
import { readPages } from '../../src/config/read-pages.ts'

t.test('nothing is named, nothing is read', async (t) => {
  const files = createFiles()
  t.same(readPages(undefined, '/', files), {})
  t.same(readPages({ name: 'Acme' }, '/', files), {})
  t.equal(files.seen.size, 0)
})

t.test('paths are relative to the folder, and of templates only these are read', async (t) => {
  const folder = t.testdir({
    'logo.svg': '<svg/>',
    our: { 'message.eta': 'm', 'style.css': 's', 'README.md': 'r', Makefile: '' },
  })
  const files = createFiles()
  const { logo, templates } = readPages({ logo: './logo.svg', templates: 'our' }, folder, files)
  t.match(logo, { file: join(folder, 'logo.svg'), bytes: Buffer.from('<svg/>') })
  t.equal(templates?.folder, join(folder, 'our'))
  t.same([...(templates?.files.keys() ?? [])], ['message.eta', 'style.css'])
  t.equal(readPages({ logo: join(folder, 'logo.svg') }, '/', createFiles()).logo?.bytes.length, 6)
  t.same(
    [...files.seen.keys()],
    [
      join(folder, 'logo.svg'),
      join(folder, 'our'),
      join(folder, 'our', 'message.eta'),
      join(folder, 'our', 'style.css'),
    ],
  )
})

t.test('what is named and not there', async (t) => {
  const folder = t.testdir({ our: { 'message.eta': {} } })
  t.throws(() => readPages({ logo: 'logo.svg' }, folder, createFiles()), {
    name: 'ConfigError',
    problems: [{ key: 'pages.logo', message: 'does not exist' }],
  })
  t.throws(() => readPages({ templates: 'our' }, folder, createFiles()), {
    name: 'ConfigError',
    problems: [{ key: 'pages.templates', file: join(folder, 'our', 'message.eta'), message: 'is a folder' }],
  })
})
