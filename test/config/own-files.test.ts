import { join } from 'node:path'
import t from 'tap'
import { createFiles } from '../../src/config/files.ts'
import { listOwnFolder, readOwnFile, refuseFile, requireSize } from '../../src/config/own-files.ts'

const key = 'pages.logo'

t.test('what can not be read is told with its key and name', async (t) => {
  const folder = t.testdir({ file: 'text' })
  const missing = join(folder, 'missing')
  const told = (file: string, message: string) => ({
    name: 'ConfigError',
    problems: [{ file, key, message, line: 1 }],
  })
  t.throws(() => readOwnFile(key, missing, createFiles()), told(missing, 'does not exist'))
  t.throws(() => readOwnFile(key, folder, createFiles()), told(folder, 'is a folder'))
  t.throws(() => listOwnFolder(key, missing, createFiles()), told(missing, 'does not exist'))
  t.match(refuseFile(key, 'x', 'm', 'f', 7), { problems: [{ line: 7 }] })
})

t.test('a file has a size', async (t) => {
  const file = join(t.testdir({ file: 'x'.repeat(1024) }), 'file')
  const found = readOwnFile(key, file, createFiles())
  t.doesNotThrow(() => requireSize(key, found, 1024))
  t.throws(() => requireSize(key, { ...found, bytes: Buffer.alloc(1025) }, 1024), {
    name: 'ConfigError',
    problems: [{ file, key, message: 'is larger than 1 KiB' }],
  })
})
