import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { ConfigError, type Path, type Problem } from './config-error.ts'
import { createFiles, type Files } from './files.ts'
import { buildJsonSchema } from './json-schema.ts'
import { findPreset, listPresets } from './presets.ts'
import { readPages } from './read-pages.ts'
import { type Config, configSchema } from './schema/schema.ts'
import { listClientFiles } from './yaml/clients-folder.ts'
import { explainIssue } from './yaml/explain-issue.ts'
import type { Surroundings } from './yaml/interpolate.ts'
import {
  arrangeLayers,
  findPresent,
  isFaulty,
  isOwn,
  type Layer,
  type Layers,
  sortProblems,
  toProblem,
} from './yaml/layers.ts'
import { locatePolicies } from './yaml/locate-policies.ts'
import { groupMissing } from './yaml/missing.ts'
import { suggest } from './yaml/suggest.ts'
import { isMapping, nest, overlay, pick } from './yaml/values.ts'
import { readSource } from './yaml/yaml-source.ts'
import { toPlaceId } from './yaml/yaml-values.ts'

type Environment = Record<string, string | undefined>

/**
 * Reads the configuration file with its preset, its clients' files, and what they name, resolves references to the
 * environment and to files, and checks everything. Throws a ConfigError with every problem found.
 *
 * @param files remembers what was read, also where an error is thrown.
 */
export function loadConfig(file: string, env: Environment, files = createFiles()): Config {
  const surroundings = { env, files }
  const main: Layer = { prefix: [], source: readSource(file, surroundings) }
  if (!main.source.isReadable) throw new ConfigError(main.source.problems)
  const problems: Problem[] = []
  const clients = readClients(main, surroundings, problems)
  const presets = readPreset(main, files, problems)
  const layers = arrangeLayers([main, ...clients, ...presets])
  for (const { source } of layers.all) problems.push(...source.problems)

  const value = merge(main, clients, presets)
  const parsed = configSchema.safeParse(value)
  if (parsed.success && problems.length === 0) {
    const config = locatePolicies(parsed.data, value, layers, file)
    const read = readPages(pick(value, ['pages']), dirname(file), files)
    return { ...config, pages: { ...config.pages, ...read } }
  }
  if (!parsed.success) problems.push(...explain(parsed.error.issues, value, layers))
  throw new ConfigError(sortProblems(layers, problems))
}

/** The values of all files merged: the operator's over the preset's, with the clients' files. */
function merge(main: Layer, clients: readonly ClientLayer[], presets: readonly Layer[]): unknown {
  if (!isMapping(main.source.value)) return main.source.value
  const withPreset = presets
    .filter(isReadable)
    .reduce<unknown>(
      (value, { prefix, source }) => overlay(nest(prefix, source.value), value),
      main.source.value,
    )
  const readable = clients.filter(isReadable)
  if (readable.length === 0) return withPreset
  const own = Object.fromEntries(readable.map(({ key, source }) => [key, source.value]))
  return overlay(withPreset, { clients: own })
}

function isReadable({ source }: Layer): boolean {
  return source.isReadable
}

function readPreset(main: Layer, files: Files, problems: Problem[]): Layer[] {
  const path = ['provider', 'preset']
  const name = pick(main.source.value, path) ?? 'generic'
  if (typeof name !== 'string') return []
  const file = name.endsWith('.yaml') ? resolve(dirname(main.source.file), name) : findPreset(name)
  // A preset is the same everywhere: it can't read the environment.
  const source = file === undefined ? undefined : readSource(file, { env: {}, files }, ['provider'])
  if (source !== undefined && !isMissing(source.file, files))
    return [{ prefix: ['provider'], source, isPreset: true }]
  const message = file === undefined ? 'there is no such preset' : 'this file does not exist'
  problems.push(toProblem(arrangeLayers([main]), path, 'value', { message, fix: advisePreset(name, file) }))
  return []
}

const isMissing = (file: string, { seen }: Files): boolean =>
  ['ENOENT', 'ENOTDIR'].includes(String(seen.get(file)?.content))

function advisePreset(name: string, file: string | undefined): string {
  if (file !== undefined) return "correct the path, which is relative to this file's folder"
  if (/\.yml$/i.test(name)) return 'name your file *.yaml'
  const near = suggest(name, listPresets())
  if (near !== undefined) return `did you mean "${near}"?`
  return `write ${listPresets().join(', ')}, or your own file such as ./our-op.yaml`
}

/** The file of one client. */
interface ClientLayer extends Layer {
  readonly key: string
}

function readClients(main: Layer, surroundings: Surroundings, problems: Problem[]): ClientLayer[] {
  const folder = pick(main.source.value, ['clientsDir'])
  const listed = pick(main.source.value, ['clients'])
  if (typeof folder !== 'string' || folder === '' || !(listed === undefined || isMapping(listed))) return []
  const { clients, faults } = listClientFiles(join(dirname(main.source.file), folder), surroundings.files)
  for (const fault of faults) problems.push(toProblem(arrangeLayers([main]), ['clientsDir'], 'value', fault))
  return clients.flatMap(({ key, file }) => {
    const prefix = ['clients', key]
    if (pick(listed, [key]) === undefined)
      return [{ key, prefix, source: readSource(file, surroundings, prefix) }]
    const fault = { message: `is also defined in its own file (${file})`, fix: 'keep one of them' }
    problems.push(toProblem(arrangeLayers([main]), prefix, 'key', fault))
    return []
  })
}

function explain(issues: readonly z.core.$ZodIssue[], value: unknown, layers: Layers): Problem[] {
  const schema = buildJsonSchema()
  const faults = issues
    .flatMap((issue) => explainIssue(issue, value, schema))
    .filter(({ path }) => !isFaulty(layers, path))
  // What is only misspelt is not missing.
  const meant = new Set(faults.map((fault) => fault.meant && toPlaceId(fault.meant)))
  const isMeant = (path: Path) => [...path, ''].some((_, end) => meant.has(toPlaceId(path.slice(0, end))))
  const missing = faults.filter(({ path, isMissing }) => isMissing && !isMeant(path))
  const own = arrangeLayers(layers.all.filter(isOwn))
  return [
    ...faults
      .filter(({ isMissing }) => !isMissing)
      .map(({ path, part, fault }) => toProblem(layers, path, part, fault)),
    ...groupMissing(missing, schema, (path) => findPresent(own, path)).map(({ path, part, fault }) =>
      toProblem(own, path, part, fault),
    ),
  ]
}
