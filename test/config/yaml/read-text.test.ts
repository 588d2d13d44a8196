import { join } from 'node:path'
import t from 'tap'
import { createFiles } from '../../../src/config/files.ts'
import { explainFileError, readText } from '../../../src/config/yaml/read-text.ts'

const limit = 1024 * 1024
const folder = t.testdir({
  small: 'grüezi',
  empty: '',
  limit: 'x'.repeat(limit),
  large: 'x'.repeat(limit + 1),
  latin1: Buffer.from([0x67, 0xfc]),
  link: t.fixture('symlink', 'small'),
})

t.same(readText(join(folder, 'small'), createFiles()), { text: 'grüezi' })
t.same(readText(join(folder, 'link'), createFiles()), { text: 'grüezi' })
t.same(readText(join(folder, 'empty'), createFiles()), { text: '' })
t.same(readText(join(folder, 'limit'), createFiles()), { text: 'x'.repeat(limit) })
t.same(readText(join(folder, 'large'), createFiles()), { reason: 'is larger than 1 MiB' })
t.same(readText('/dev/zero', createFiles()), { reason: 'is larger than 1 MiB' })
t.same(readText(join(folder, 'latin1'), createFiles()), {
  reason: 'is not text in UTF-8',
  fix: 'save the file as UTF-8',
  place: { line: 1, column: 2 },
})
t.same(readText(join(folder, 'missing'), createFiles()), { reason: 'does not exist' })
t.same(readText(folder, createFiles()), { reason: 'is a folder' })
t.equal(explainFileError(Object.assign(new Error('x'), { code: 'EACCES' })), "can't be read by this user")
t.equal(explainFileError('x'), "can't be read (unknown error)")
