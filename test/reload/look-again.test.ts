import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createFiles } from '../../src/config/files.ts'
import { lookAgain } from '../../src/reload/look-again.ts'

/** By then what was written is old enough for its times to tell. */
const later = () => Date.now() + 10_000

function read(t: Test) {
  const folder = t.testdir({
    file: 'text',
    'clients.d': { 'web.yaml': '' },
    data1: { f: 'same' },
    data2: { f: 'same' },
  })
  symlinkSync('data1', join(folder, '..data'))
  const files = createFiles(undefined, later)
  files.read(join(folder, 'file'))
  files.read(join(folder, '..data', 'f'))
  files.list(join(folder, 'clients.d'))
  try {
    files.read(join(folder, 'missing'))
  } catch {}
  return { files, at: (...names: string[]) => join(folder, ...names) }
}

const changes: Record<string, (at: (...names: string[]) => string) => void> = {
  'a file was written': (at) => writeFileSync(at('file'), 'other'),
  'a file of the same length and times': (at) => {
    writeFileSync(at('file'), 'tex!')
    utimesSync(at('file'), 1, 1)
  },
  'a file took its place': (at) => {
    writeFileSync(at('new'), 'other')
    renameSync(at('new'), at('file'))
  },
  'a file is gone': (at) => rmSync(at('file')),
  'a file is there that was missing': (at) => writeFileSync(at('missing'), ''),
  'a file in a folder': (at) => writeFileSync(at('clients.d', 'new.yaml'), ''),
  'no file in a folder': (at) => rmSync(at('clients.d', 'web.yaml')),
  'a folder is gone': (at) => rmSync(at('clients.d'), { recursive: true }),
  'a link leads elsewhere': (at) => {
    writeFileSync(at('data2', 'f'), 'other')
    symlinkSync('data2', at('..data_tmp'))
    renameSync(at('..data_tmp'), at('..data'))
  },
  'a folder stands in the place of a file': (at) => {
    rmSync(at('file'))
    mkdirSync(at('file'))
  },
}
for (const [name, change] of Object.entries(changes)) {
  t.test(`${name}: changed`, async (t) => {
    const { files, at } = read(t)
    t.ok(await lookAgain(files, later), 'the same before')
    change(at)
    t.equal(await lookAgain(files, later), undefined)
  })
}

const sameAgain: Record<string, (at: (...names: string[]) => string) => void> = {
  nothing: () => {},
  'the same was written': (at) => writeFileSync(at('file'), 'text'),
  'its times': (at) => utimesSync(at('file'), 1, 1),
  'its mode': (at) => chmodSync(at('file'), 0o600),
  'a link leads to the same content': (at) => {
    symlinkSync('data2', at('..data_tmp'))
    renameSync(at('..data_tmp'), at('..data'))
  },
  'what was there for a moment': (at) => {
    writeFileSync(at('clients.d', '.swp'), '')
    rmSync(at('clients.d', '.swp'))
  },
}
for (const [name, change] of Object.entries(sameAgain)) {
  t.test(`${name}: not changed, and not read the next time`, async (t) => {
    const { files, at } = read(t)
    change(at)
    const found = await lookAgain(files, later)
    t.ok(found)
    t.equal(found?.seen.size, files.seen.size)
    const next = found && (await lookAgain(found, later))
    t.equal(next?.seen.get(at('file')), found?.seen.get(at('file')))
  })
}

t.test('what was written a moment ago is read again: another write may have left no trace', async (t) => {
  const { at } = read(t)
  const files = createFiles()
  files.read(at('file'))
  const found = await lookAgain(files)
  t.ok(found)
  t.not(found?.seen.get(at('file')), files.seen.get(at('file')))
})

t.test('what can be read once is not read again', async (t) => {
  const files = createFiles()
  files.read('/dev/null')
  t.equal((await lookAgain(files))?.kept, files.kept)
})

t.test('many files', async (t) => {
  const names = Array.from({ length: 200 }, (_, at) => `${at}`)
  const folder = t.testdir(Object.fromEntries(names.map((name) => [name, name])))
  const files = createFiles(undefined, later)
  for (const name of names) files.read(join(folder, name))
  t.equal((await lookAgain(files, later))?.seen.size, 200)
  writeFileSync(join(folder, '199'), 'x')
  t.equal(await lookAgain(files, later), undefined)
})

t.test('a pipe is read once, and has not changed since', async (t) => {
  const pipe = join(t.testdir({}), 'pipe')
  execFileSync('mkfifo', [pipe])
  const writer = spawn('sh', ['-c', 'printf text > "$0"', pipe])
  const files = createFiles(undefined, later)
  t.equal(files.read(pipe).toString(), 'text')
  await once(writer, 'close')
  utimesSync(pipe, 1, 1)
  const again = await lookAgain(files, later)
  t.equal(again?.kept.get(pipe)?.toString(), 'text')
  rmSync(pipe)
  t.ok(await lookAgain(files, later), 'nor when it is gone')
})
