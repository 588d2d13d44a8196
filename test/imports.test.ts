import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import ts from 'typescript'

const src = join(import.meta.dirname, '..', 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()

/**
 * The layers of src, the upper ones first: a file imports from its own line or from lines below it, types included.
 * edge and store share a line: the store refuses in the edge's words, the edge hashes as the store does.
 */
const layers = [
  ['main.ts'],
  ['commands'],
  ['app.ts'],
  ['legs'],
  ['pages'],
  ['step-up'],
  ['identity'],
  ['upstream'],
  ['telemetry'],
  ['policy'],
  ['edge', 'store'],
  ['config'],
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

function layerOf(file: string): number {
  return layers.findIndex((layer) => layer.includes(file.split('/')[0] ?? ''))
}

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

t.test('every source file belongs to a layer', async (t) => {
  t.ok(files.length > 50)
  t.same(
    files.filter((file) => layerOf(file) === -1),
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

t.test('imports go downwards', async (t) => {
  const upwards = [...importsOf].flatMap(([file, imports]) =>
    imports.filter((name) => layerOf(name) < layerOf(file)).map((name) => `${file} -> ${name}`),
  )
  t.same(upwards, [])
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
