import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

// write-schemas.ts FOLDER SWAGGER CRD...: writes one JSON Schema for each kind, named as kubeconform asks for it, from
// the OpenAPI description of Kubernetes and from custom resource definitions. A key that a kind doesn't know is an error.
const [folder = '', swaggerFile = '', ...crdFiles] = process.argv.slice(2)

type Schema = { [key: string]: unknown }

interface Kind {
  group: string
  version: string
  kind: string
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Some types are more than their description says: they are written as text or as numbers. */
const looseTypes = new Set([
  'io.k8s.apimachinery.pkg.api.resource.Quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
])

/** What Kubernetes calls a schema, as JSON Schema has it, and strict. */
function toJsonSchema(described: unknown): unknown {
  if (Array.isArray(described)) return described.map(toJsonSchema)
  if (!isObject(described)) return described
  const kept = Object.entries(described).filter(([key]) => !key.startsWith('x-') && key !== 'nullable')
  const schema: Schema = Object.fromEntries(kept.map(([key, value]) => [key, toJsonSchema(value)]))
  const isOpen = described['x-kubernetes-preserve-unknown-fields'] === true
  if (isObject(schema['properties']) && !isOpen) schema['additionalProperties'] ??= false
  return schema
}

function write({ group, version, kind }: Kind, schema: object): void {
  const [groupName] = group.split('.')
  const name = [kind.toLowerCase(), groupName, version].filter(Boolean).join('-')
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(schema))
}

mkdirSync(folder, { recursive: true })

const { definitions } = JSON.parse(readFileSync(swaggerFile, 'utf8')) as {
  definitions: Record<string, Schema>
}
const strict = Object.fromEntries(
  Object.entries(definitions).map(([name, definition]) => [
    name,
    looseTypes.has(name) ? { type: ['string', 'number'] } : toJsonSchema(definition),
  ]),
)

/** The definitions that one refers to, itself included. */
function reach(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  for (const [, next = ''] of JSON.stringify(strict[name]).matchAll(/"#\/definitions\/([^"]+)"/g))
    reach(next, found)
  return found
}

const draft = { $schema: 'http://json-schema.org/draft-07/schema#' }
for (const [name, definition] of Object.entries(definitions)) {
  const kinds = definition['x-kubernetes-group-version-kind'] as Kind[] | undefined
  // Options of requests belong to every group; only objects belong to one.
  if (kinds?.length !== 1 || kinds[0] === undefined) continue
  const needed = Object.fromEntries([...reach(name)].map((one) => [one, strict[one]]))
  write(kinds[0], { ...draft, $ref: `#/definitions/${name}`, definitions: needed })
}

for (const file of crdFiles) {
  const { spec } = parse(readFileSync(file, 'utf8'))
  for (const { name: version, schema } of spec.versions)
    write(
      { group: spec.group, version, kind: spec.names.kind },
      { ...draft, ...(toJsonSchema(schema.openAPIV3Schema) as object) },
    )
}
