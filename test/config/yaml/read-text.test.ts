import { join } from 'node:path'
import t from 'tap'
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

t.same(readText(join(folder, 'small')), { text: 'grüezi' })
t.same(readText(join(folder, 'link')), { text: 'grüezi' })
t.same(readText(join(folder, 'empty')), { text: '' })
t.same(readText(join(folder, 'limit')), { text: 'x'.repeat(limit) })
t.same(readText(join(folder, 'large')), { reason: 'is larger than 1 MiB' })
t.same(readText('/dev/zero'), { reason: 'is larger than 1 MiB' })
t.same(readText(join(folder, 'latin1')), {
  reason: 'is not text in UTF-8',
  fix: 'save the file as UTF-8',
  place: { line: 1, column: 2 },
})
t.same(readText(join(folder, 'missing')), { reason: 'does not exist' })
t.same(readText(folder), { reason: 'is a folder' })
t.equal(explainFileError(Object.assign(new Error('x'), { code: 'EACCES' })), "can't be read by this user")
t.equal(explainFileError('x'), "can't be read (unknown error)")
