import t from 'tap'
import { UsageError } from '../../src/commands/command.ts'
import { printSchema } from '../../src/commands/schema.ts'
import { buildJsonSchema } from '../../src/config/json-schema.ts'
import { runCommand } from './run.ts'

t.test('prints the schema', async (t) => {
  const { code, stdout } = await runCommand(printSchema, [])
  t.equal(code, 0)
  t.ok(stdout.endsWith('}\n'))
  t.same(JSON.parse(stdout), JSON.parse(JSON.stringify(buildJsonSchema())))
})

t.test('takes no arguments', async (t) => {
  await t.rejects(runCommand(printSchema, ['--config', 'x']), UsageError)
})
