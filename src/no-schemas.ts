/**
 * Option `schemaController` of a Fastify server whose routes have no schemas: neither Ajv nor fast-json-stringify is
 * loaded, over a hundred modules. A route with a schema is an error when it is registered, never one unchecked.
 */
export const noSchemas = { compilersFactory: { buildValidator: refuse, buildSerializer: refuse } }

function refuse(): never {
  throw new Error('this server has no schemas')
}
