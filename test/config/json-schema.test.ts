// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what is tested here
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { buildJsonSchema, describePath, mappingOf } from '../../src/config/json-schema.ts'

const root = join(import.meta.dirname, '..', '..')
const schema = buildJsonSchema()

t.test('config/schema.json is what the schema command prints', async (t) => {
  const committed = readFileSync(join(root, 'config', 'schema.json'), 'utf8')
  t.equal(committed, `${JSON.stringify(schema, null, 2)}\n`, 'else: npm run schema')
})

t.test('every key has a description', async (t) => {
  const bare: string[] = []
  const visit = (node: unknown, path: string) => {
    const { properties = {}, additionalProperties, items } = mappingOf(node as typeof schema) ?? {}
    for (const [key, value] of Object.entries(properties)) {
      if (typeof value !== 'object' || !/^.{10,}[.:]/s.test(value.description ?? ''))
        bare.push(`${path}.${key}`)
      visit(value, `${path}.${key}`)
    }
    if (typeof additionalProperties === 'object') visit(additionalProperties, `${path}.*`)
    if (typeof items === 'object') visit(items, `${path}[]`)
  }
  visit(schema, '')
  t.same(bare, [])
})

t.test('describePath', async (t) => {
  t.match(describePath(schema, ['store', 'sentinel', 'nodes', 0]), { type: 'string' }, 'one of two ways')
  t.match(describePath(schema, ['listen', 'port']), { type: 'integer', maximum: 65_535 })
  t.match(describePath(schema, ['clients', 'anything', 'mode']), { enum: ['off', 'monitor', 'enforce'] })
  t.match(describePath(schema, ['provider', 'probe', 'cookies', 0]), { type: 'string' })
  for (const path of [['zzz'], ['constructor'], ['listen', 'port', 'x'], ['publicUrl', 0]])
    t.equal(describePath(schema, path), undefined, path.join('.'))
  t.equal(describePath({ items: [{ type: 'string' }] }, [0]), undefined, 'a tuple')
})

t.test('editors accept references where a value has a pattern', async (t) => {
  const { pattern } = describePath(schema, ['upstream', 'timeout']) ?? {}
  for (const value of ['30s', '${TIMEOUT}', '${file:/x}']) t.match(value, new RegExp(pattern ?? '^$'))
  t.notMatch('30', new RegExp(pattern ?? ''))
})
