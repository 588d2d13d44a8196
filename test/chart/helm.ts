import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { findBuild } from '../lab/providers/cache.ts'
import type { KubernetesObject } from './objects.ts'

export const root = join(import.meta.dirname, '..', '..')
export const chart = join(root, 'deploy', 'helm', 'step-up-gateway')
const build = findBuild('chart', import.meta.dirname, ['setup.sh', 'write-schemas.ts'])

/** What is missing to run these tests; false: nothing. */
export const missing = existsSync(build)
  ? false
  : 'Helm and kubeconform are not installed: npm run test:chart:setup'

/** The values that the chart ships for tests, a file for each shape and for the options. */
export const valuesFiles = readdirSync(join(chart, 'ci')).map((file) => join(chart, 'ci', file))

/** Runs Helm and waits for its end. Its caches go nowhere near those of the user. */
export function helm(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, HELM_CACHE_HOME: build, HELM_CONFIG_HOME: build, HELM_DATA_HOME: build }
  return spawnSync(join(build, 'helm'), args, { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 })
}

/** The manifest that `helm template` makes of a chart, with these options; an error says what Helm said. */
export function template(folder: string, ...options: string[]): string {
  const { status, stdout, stderr } = helm('template', 'login', folder, '--namespace=identity', ...options)
  if (status !== 0) throw new Error(stderr)
  return stdout
}

/** The objects of a manifest. */
export function parseManifest(manifest: string): KubernetesObject[] {
  // Kubernetes reads YAML 1.1.
  return parseAllDocuments(manifest, { version: '1.1' })
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null)
}

/** What kubeconform says against a manifest: one line a fault. An object without a schema is one too. */
export function findSchemaFaults(manifest: string): string[] {
  const location = join(build, 'schemas', '{{ .ResourceKind }}{{ .KindSuffix }}.json')
  const options = ['-strict', '-schema-location', location, '-output', 'json']
  const { status, stdout, stderr } = spawnSync(join(build, 'kubeconform'), options, {
    encoding: 'utf8',
    input: manifest,
  })
  if (status === null || stderr !== '') throw new Error(stderr)
  const { resources } = JSON.parse(stdout) as { resources: { kind: string; name: string; msg: string }[] }
  return resources.map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`)
}
