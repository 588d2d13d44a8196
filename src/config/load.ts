import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { ConfigError, type Path, type Problem } from './config-error.ts'
import { buildJsonSchema } from './json-schema.ts'
import { findPreset, listPresets } from './presets.ts'
import { type Config, configSchema } from './schema/schema.ts'
import { listClientFiles } from './yaml/clients-folder.ts'
import { explainIssue } from './yaml/explain-issue.ts'
import { findPresent, isFaulty, isOwn, type Layer, sortProblems, toProblem } from './yaml/layers.ts'
import { locatePolicies } from './yaml/locate-policies.ts'
import { groupMissing } from './yaml/missing.ts'
import { suggest } from './yaml/suggest.ts'
import { isMapping, nest, overlay, pick } from './yaml/values.ts'
import { readSource } from './yaml/yaml-source.ts'

type Environment = Record<string, string | undefined>

/**
 * Reads the configuration file with its preset and its clients' files, resolves references to the environment and to
 * files, and checks everything. Throws a ConfigError with every problem found.
 */
export function loadConfig(file: string, env: Environment): Config {
  const main: Layer = { prefix: [], source: readSource(file, env) }
  if (!main.source.isReadable) throw new ConfigError(main.source.problems)
  const problems: Problem[] = []
  const clients = readClients(main, env, problems)
  const presets = readPreset(main, problems)
  const layers = [main, ...clients, ...presets]
  for (const { source } of layers) problems.push(...source.problems)

  const value = merge(main, clients, presets)
  const parsed = configSchema.safeParse(value)
  if (parsed.success && problems.length === 0)
    return locatePolicies(resolveFiles(parsed.data, dirname(file)), value, layers)
  if (!parsed.success) problems.push(...explain(parsed.error.issues, value, layers))
  throw new ConfigError(sortProblems(layers, problems))
}

/** Paths that are read later on are relative to the configuration file too. */
function resolveFiles(config: Config, folder: string): Config {
  const { logo, templates, ...pages } = config.pages
  return {
    ...config,
    pages: {
      ...pages,
      ...(logo !== undefined && { logo: resolve(folder, logo) }),
      ...(templates !== undefined && { templates: resolve(folder, templates) }),
    },
  }
}

/** The values of all files merged: the operator's over the preset's, with the clients' files. */
function merge(main: Layer, clients: readonly Layer[], presets: readonly Layer[]): unknown {
  if (!isMapping(main.source.value)) return main.source.value
  let value: unknown = main.source.value
  for (const { prefix, source } of presets.filter(isReadable))
    value = overlay(nest(prefix, source.value), value)
  for (const { prefix, source } of clients.filter(isReadable))
    value = overlay(value, nest(prefix, source.value))
  return value
}

function isReadable({ source }: Layer): boolean {
  return source.isReadable
}

function readPreset(main: Layer, problems: Problem[]): Layer[] {
  const path = ['provider', 'preset']
  const name = pick(main.source.value, path) ?? 'generic'
  if (typeof name !== 'string') return []
  const file = name.endsWith('.yaml') ? resolve(dirname(main.source.file), name) : findPreset(name)
  if (file !== undefined && existsSync(file))
    // A preset is the same everywhere: it can't read the environment.
    return [{ prefix: ['provider'], source: readSource(file, {}, ['provider']), isPreset: true }]
  const message = file === undefined ? 'there is no such preset' : 'this file does not exist'
  problems.push(toProblem([main], path, 'value', { message, fix: advisePreset(name, file) }))
  return []
}

function advisePreset(name: string, file: string | undefined): string {
  if (file !== undefined) return "correct the path, which is relative to this file's folder"
  if (/\.yml$/i.test(name)) return 'name your file *.yaml'
  const near = suggest(name, listPresets())
  if (near !== undefined) return `did you mean "${near}"?`
  return `write ${listPresets().join(', ')}, or your own file such as ./our-op.yaml`
}

function readClients(main: Layer, env: Environment, problems: Problem[]): Layer[] {
  const folder = pick(main.source.value, ['clientsDir'])
  const listed = pick(main.source.value, ['clients'])
  if (typeof folder !== 'string' || folder === '' || !(listed === undefined || isMapping(listed))) return []
  const { clients, faults } = listClientFiles(join(dirname(main.source.file), folder))
  for (const fault of faults) problems.push(toProblem([main], ['clientsDir'], 'value', fault))
  return clients.flatMap(({ key, file }) => {
    const prefix = ['clients', key]
    if (pick(listed, [key]) === undefined) return [{ prefix, source: readSource(file, env, prefix) }]
    const fault = { message: `is also defined in its own file (${file})`, fix: 'keep one of them' }
    problems.push(toProblem([main], prefix, 'key', fault))
    return []
  })
}

function explain(issues: readonly z.core.$ZodIssue[], value: unknown, layers: readonly Layer[]): Problem[] {
  const schema = buildJsonSchema()
  const faults = issues
    .flatMap((issue) => explainIssue(issue, value, schema))
    .filter(({ path }) => !isFaulty(layers, path))
  // What is only misspelt is not missing.
  const meant = faults.flatMap((fault) => (fault.meant === undefined ? [] : [fault.meant]))
  const isMeant = (path: Path) => meant.some((key) => key.every((part, index) => path[index] === part))
  const missing = faults.filter(({ path, isMissing }) => isMissing && !isMeant(path))
  const own = layers.filter(isOwn)
  return [
    ...faults
      .filter(({ isMissing }) => !isMissing)
      .map(({ path, part, fault }) => toProblem(layers, path, part, fault)),
    ...groupMissing(missing, schema, (path) => findPresent(own, path)).map(({ path, part, fault }) =>
      toProblem(own, path, part, fault),
    ),
  ]
}
