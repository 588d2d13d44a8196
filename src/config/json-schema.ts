import { z } from 'zod'
import type { Path } from './config-error.ts'
import { configSchema } from './schema/schema.ts'

type Schema = z.core.JSONSchema.BaseSchema

/** The JSON Schema (draft 7) of the configuration file, for editors and the reference. */
export function buildJsonSchema(): Schema {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-07' })
}

/** The part of the JSON Schema for the value at a path; undefined for unknown keys. */
export function describePath(schema: Schema, path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>((whole, key) => {
    const at = mappingOf(whole)
    const properties = at?.properties ?? {}
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined
    const further = typeof key === 'number' ? at?.items : at?.additionalProperties
    const found = known ?? (Array.isArray(further) ? undefined : further)
    return typeof found === 'object' ? found : undefined
  }, schema)
}

/** What may be written in several ways has keys in one of them only. */
export function mappingOf(schema: Schema | undefined): Schema | undefined {
  return (
    schema?.anyOf?.find((way): way is Schema => typeof way === 'object' && way.type === 'object') ?? schema
  )
}
