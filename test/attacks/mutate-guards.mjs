import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { guards } from './guards.ts'
import { listMarkers, readSource, withoutGuard } from './without-guard.ts'

// Turns off one guard after the other, in copies of the tree, and prints which test notices:
// `npm run test:mutate-guards`, with parts of names or files of guards to try only some.
const root = join(import.meta.dirname, '..', '..')
const apart = new Set(['node_modules', '.git', '.tap', 'dist'])
const print = (text) => process.stdout.write(`${text}\n`)

const places = listMarkers()
const fileOf = (guard) => places.find(({ name }) => name === guard.name)?.file ?? ''
const words = process.argv.slice(2)
const chosen = guards.filter(
  (guard) =>
    words.length === 0 || words.some((word) => guard.name.includes(word) || fileOf(guard).includes(word)),
)

const folder = mkdtempSync(join(tmpdir(), 'guards-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

/** What tap loads before a test file, without the rest of its start-up. */
const loader = '--import=./test/strip-types.mjs'

function copyTree(index) {
  const copy = join(folder, String(index))
  cpSync(root, copy, { recursive: true, filter: (path) => path === root || !apart.has(basename(path)) })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** The first failing assertion of a test file, or undefined where all hold. */
function runCase(copy, file) {
  const env = { ...process.env, TAP_BAIL: '1', TAP_TIMEOUT: '600' }
  const options = { cwd: copy, env, timeout: 660_000, maxBuffer: 256 * 1024 * 1024 }
  return new Promise((done) => {
    execFile(process.execPath, [loader, `test/${file}`], options, (error, stdout) => {
      if (!error) return done(undefined)
      const [, failed = 'does not end well'] = /^ *not ok \d+ - (.*)$/m.exec(stdout) ?? []
      done(failed.replace(/ #.*/, '').slice(0, 90))
    })
  })
}

async function findNoticing(copy, files) {
  for (const file of files) {
    const failed = await runCase(copy, file)
    if (failed !== undefined) return `${file}: ${failed}`
  }
  return undefined
}

/** Does the work of a list in as many copies as there are processors. */
async function share(list, work) {
  const rest = list.values()
  await Promise.all(
    copies.map(async (copy) => {
      for (const one of rest) await work(copy, one)
    }),
  )
}

const startedAt = Date.now()
const copies = Array.from({ length: Math.min(availableParallelism(), 4) }, (_, index) => copyTree(index))
const fallen = new Set()
await share([...new Set(chosen.flatMap(({ cases }) => cases))], async (copy, file) => {
  const failed = await runCase(copy, file)
  if (failed === undefined) return
  fallen.add(file)
  print(`With every guard on, ${file} fails: ${failed}`)
})

const width = Math.max(...chosen.map(({ name }) => name.length))
print(`${'guard'.padEnd(width)}  noticed by`)
let lost = 0
await share(chosen, async (copy, guard) => {
  const { name, cases } = guard
  let noticed
  let fault
  try {
    const { file, text } = withoutGuard(guard, places)
    const path = join(copy, 'src', file)
    writeFileSync(path, text)
    noticed = await findNoticing(
      copy,
      cases.filter((one) => !fallen.has(one)),
    )
    writeFileSync(path, readSource(file))
  } catch (error) {
    fault = error.message
  }
  if (noticed === undefined) lost += 1
  print(`${name.padEnd(width)}  ${noticed ?? fault ?? 'NOT NOTICED'}`)
})

const seconds = Math.round((Date.now() - startedAt) / 1000)
print(`\n${chosen.length} guards, ${lost} not noticed; ${seconds} s`)
process.exitCode = lost + fallen.size === 0 ? 0 : 1
