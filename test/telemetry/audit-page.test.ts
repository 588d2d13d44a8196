import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'audit.md'), 'utf8')
const file = join(root, 'src', 'telemetry', 'audit-line.ts')
const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)

/** The properties of each interface, those of what it extends included, and their types as they are written. */
const interfaces = new Map<string, Map<string, string>>()
for (const node of tree.statements.filter(ts.isInterfaceDeclaration)) {
  const inherited = (node.heritageClauses ?? []).flatMap(({ types }) =>
    types.flatMap((type) => [...(interfaces.get(type.expression.getText()) ?? [])]),
  )
  const own = node.members
    .filter(ts.isPropertySignature)
    .map(({ name, type }) => [name.getText(), type?.getText() ?? ''] as const)
  interfaces.set(node.name.text, new Map([...inherited, ...own]))
}
const common = interfaces.get('CommonFields') ?? new Map<string, string>()

/** The fields of each event. */
const events = new Map(
  [...interfaces.values()].flatMap((fields) =>
    Array.from(
      (fields.get('audit') ?? '').matchAll(/'(\w+)'/g),
      ([, event = '']) => [event, fields] as const,
    ),
  ),
)

/** The parts of the page on each event. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((part) => [part.split('\n', 1).join(), part]),
)

/** All fields, those within others included. */
const written = new Set<string>()
tree.forEachChild(function visit(node) {
  if (ts.isPropertySignature(node)) written.add(node.name.getText())
  node.forEachChild(visit)
})

t.test('each event has its part of the page, and an example that is a line of it', async (t) => {
  t.ok(events.size >= 12)
  t.same([...sections.keys()].sort(), [...events.keys()].sort())
  for (const [event, fields] of events) {
    const examples = Array.from(
      (sections.get(event) ?? '').matchAll(/^```json\n(.*)\n```$/gm),
      ([, line = '']) => JSON.parse(line),
    )
    t.match(examples, [{ audit: event, schema: 1, time: /Z$/, level: Number, msg: String, config: String }])
    const unknown = Object.keys(examples[0]).filter((name) => !fields.has(name) && !common.has(name))
    t.same(unknown, [], `${event}: no field that there is not`)
    if (fields.has('leg'))
      for (const name of ['mode', 'leg', 'verdict', 'reason', 'policy_at'])
        t.ok(name in examples[0], `${event}: ${name}`)
  }
})

t.test('each field is on the page, and each that is on it is one', async (t) => {
  const named = new Set(Array.from(page.matchAll(/`([a-z][a-z_]*)`/g), ([, name = '']) => name))
  t.same(
    [...written].filter((name) => !named.has(name)),
    [],
  )
  const rows = Array.from(page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm), ([, names = '']) =>
    Array.from(names.matchAll(/`(\w+)`/g), ([, name = '']) => name),
  ).flat()
  t.ok(rows.length > 40)
  t.same(
    rows.filter((name) => !written.has(name)),
    [],
  )
})
