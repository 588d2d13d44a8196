import { hash } from 'node:crypto'
import { symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { codeOf, createFiles, limitBytes } from '../../src/config/files.ts'

t.test('what was read is remembered, with the hash of its content', async (t) => {
  const folder = t.testdir({ file: 'text', sub: { b: '', a: '' } })
  const files = createFiles()
  t.equal(files.read(join(folder, 'file')).toString(), 'text')
  t.same(files.list(join(folder, 'sub')), ['a', 'b'])
  t.match(files.seen.get(join(folder, 'file')), { kind: 'file', content: hash('sha256', 'text') })
  t.match(files.seen.get(join(folder, 'sub')), { kind: 'folder', content: hash('sha256', '["a","b"]') })
  t.equal(files.seen.size, 2)
  t.equal(files.kept.size, 0)
})

t.test('what is not there is remembered too', async (t) => {
  const folder = t.testdir({ file: '' })
  const files = createFiles()
  t.throws(() => files.read(join(folder, 'missing')), { code: 'ENOENT' })
  t.throws(() => files.read(folder), { code: 'EISDIR' })
  t.throws(() => files.list(join(folder, 'file')), { code: 'ENOTDIR' })
  t.throws(() => files.read('a\0b'), { code: 'ERR_INVALID_ARG_VALUE' })
  t.same(
    [...files.seen.values()].map(({ content }) => content),
    ['ENOENT', 'EISDIR', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE'],
  )
  t.equal(codeOf('thrown'), 'unknown error')
})

t.test('one reading has one content of a file', async (t) => {
  const file = join(t.testdir({ file: 'before' }), 'file')
  const files = createFiles()
  files.read(file)
  writeFileSync(file, 'after')
  t.equal(files.read(file).toString(), 'before')
  t.equal(createFiles().read(file).toString(), 'after')
})

t.test('more than 1 MiB is not read', async (t) => {
  const folder = t.testdir({ limit: 'x'.repeat(limitBytes), large: 'x'.repeat(limitBytes + 9) })
  t.equal(createFiles().read(join(folder, 'limit')).length, limitBytes)
  t.equal(createFiles().read(join(folder, 'large')).length, limitBytes + 1)
  t.equal(createFiles().read('/dev/zero').length, limitBytes + 1)
})

t.test('what is no regular file is read once', async (t) => {
  const files = createFiles()
  t.equal(files.read('/dev/null').length, 0)
  t.equal(files.kept.get('/dev/null')?.length, 0)
  const next = createFiles(files)
  t.equal(next.read('/dev/null').length, 0)
  t.equal(next.seen.size, 0, 'it was not opened again')
  t.equal(createFiles(next).kept.size, 1)
})

t.test('the stamp of a file is that of the file which a link leads to', async (t) => {
  const folder = t.testdir({ one: 'x', two: 'x' })
  const link = join(folder, 'link')
  const later = Date.now() + 10_000
  const stampOf = (file: string, now = later) => {
    const files = createFiles(undefined, () => now)
    files.read(file)
    return files.seen.get(file)?.stamp
  }
  symlinkSync('one', link)
  const stamp = stampOf(link)
  t.type(stamp, 'string')
  t.equal(stampOf(join(folder, 'one')), stamp)
  unlinkSync(link)
  symlinkSync('two', link)
  t.not(stampOf(link), stamp)
  utimesSync(join(folder, 'two'), 1, 1)
  t.equal(stampOf(link, Date.now()), undefined, 'of a file that was touched just now only the content tells')
})
