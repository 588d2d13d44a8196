import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import ts from 'typescript'

const src = join(import.meta.dirname, '..', 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()

/**
 * The floors of src, the upper ones first: a file imports from its own folder or from floors below it, types included.
 * Folders of one floor do not know each other.
 */
const floors = [
  ['main.ts'],
  ['commands'],
  ['report', 'replay', 'explain'],
  ['audit-reading'],
  ['reload'],
  ['gateway.ts', 'doctor'],
  ['operate'],
  ['app.ts', 'listeners'],
  ['create-router.ts', 'create-services.ts', 'create-process-services.ts', 'create-store.ts'],
  ['legs'],
  ['passkeys'],
  ['protected-pages'],
  ['sign-out', 'instance'],
  ['forecast.ts'],
  ['step-up'],
  ['services.ts'],
  ['metrics'],
  ['meanings'],
  ['pages', 'probe'],
  ['provider'],
  ['doors', 'records', 'telemetry', 'upstream', 'oauth'],
  ['policy', 'authsignal', 'stand-in'],
  ['tracing'],
  ['store'],
  ['http'],
  ['figures'],
  ['config'],
  ['terminal'],
  ['token-error.ts'],
  ['hash.ts', 'no-schemas.ts', 'omit-absent.ts', 'refusal.ts', 'unless-aborted.ts'],
]

/** The source files that each file imports, dynamically or for a type only too. */
const importsOf = new Map(files.map((file) => [file, readImports(file)]))

function readImports(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(src, file), 'utf8'))
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(file), name))
}

/** The folder or file right below src that a file belongs to. */
const homeOf = (file: string): string => file.split('/')[0] ?? ''

const floorOf = (file: string): number => floors.findIndex((floor) => floor.includes(homeOf(file)))

/** The shortest way from a file back to itself; undefined if there is none. */
function findCycle(start: string): string[] | undefined {
  const ways = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of importsOf.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return [...way, next]
      if (!seen.has(next)) ways.push([...way, next])
      seen.add(next)
    }
  }
  return undefined
}

t.test('every source file has a floor', async (t) => {
  t.ok(files.length > 50)
  t.same(
    files.filter((file) => floorOf(file) === -1),
    [],
  )
})

// Classic scripts that run in browsers: no module of the gateway, and none of its tests, can load them.
t.test('what runs in browsers stands alone', async (t) => {
  const scripts = readdirSync(join(src, 'browser'))
  t.ok(scripts.length > 0)
  for (const script of scripts) {
    t.match(script, /\.js$/)
    const { importedFiles } = ts.preProcessFile(
      readFileSync(join(src, 'browser', script), 'utf8'),
      true,
      true,
    )
    const modules = importedFiles.map(({ fileName }) => fileName)
    t.strictSame(
      modules.filter((name) => name !== '@authsignal/browser'),
      [],
      `${script} imports types only`,
    )
  }
})

t.test('imports name source files', async (t) => {
  const unknown = [...importsOf].flatMap(([file, imports]) =>
    imports.filter((name) => !files.includes(name)).map((name) => `${file} -> ${name}`),
  )
  t.same(unknown, [])
})

t.test('imports go downwards, or stay in their folder', async (t) => {
  const others = [...importsOf].flatMap(([file, imports]) =>
    imports
      .filter((name) => homeOf(name) !== homeOf(file) && floorOf(name) <= floorOf(file))
      .map((name) => `${file} -> ${name}`),
  )
  t.same(others, [])
})

t.test('imports go in no circle', async (t) => {
  const cycles = files.flatMap((file) => findCycle(file)?.join(' -> ') ?? [])
  t.same(cycles, [])
})

// The coverage gate is blind to a file that no test loads. main.ts runs when it is loaded: main.test.ts starts it.
t.test('every source file loads', async (t) => {
  for (const file of files.filter((name) => name !== 'main.ts')) {
    t.type(await import(join(src, file)), 'object', file)
  }
})
