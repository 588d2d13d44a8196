import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { ConfigError, type Problem } from './config-error.ts'
import { buildJsonSchema } from './json-schema.ts'
import { findPreset, listPresets } from './presets.ts'
import { type Config, configSchema } from './schema/schema.ts'
import { listClientFiles } from './yaml/clients-folder.ts'
import { explainIssue } from './yaml/explain-issue.ts'
import { isFaulty, type Layer, sortProblems, toProblem } from './yaml/layers.ts'
import { locatePolicies } from './yaml/locate-policies.ts'
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
  // A preset is the same everywhere: it can't read the environment.
  if (file !== undefined) return [{ prefix: ['provider'], source: readSource(file, {}, ['provider']) }]
  const fix = `write ${listPresets().join(', ')}, or your own file such as ./our-op.yaml`
  problems.push(toProblem([main], path, 'value', { message: 'there is no such preset', fix }))
  return []
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
  return issues
    .flatMap((issue) => explainIssue(issue, value, schema))
    .filter(({ path }) => !isFaulty(layers, path))
    .map(({ path, part, fault }) => toProblem(layers, path, part, fault))
}
