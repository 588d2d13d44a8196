import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { UsageError } from '../../src/commands/command.ts'
import { describeLog } from '../../src/commands/reference/describe-log.ts'
import { describeMetrics } from '../../src/commands/reference/describe-metrics.ts'
import { printReference } from '../../src/commands/reference.ts'
import { userReasons } from '../../src/meanings/user-reasons.ts'
import { logLines } from '../../src/telemetry/log-lines.ts'
import { runCommand } from './run.ts'

const root = join(import.meta.dirname, '..', '..')
const src = join(root, 'src')
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({
    file,
    tree: ts.createSourceFile(file, read(src, file), ts.ScriptTarget.Latest, true),
  }))

/** What one function says of each node of a tree. */
function visit<T>(node: ts.Node, find: (node: ts.Node) => T | undefined): T[] {
  const found = find(node)
  const inner: T[] = []
  node.forEachChild((child) => void inner.push(...visit(child, find)))
  return found === undefined ? inner : [found, ...inner]
}

/** The name of the method that is called, and of what: `request.log.info`. */
function readCall(node: ts.Node): { of: string; method: string } | undefined {
  if (!ts.isCallExpression(node)) return undefined
  const { expression } = node
  if (ts.isPropertyAccessExpression(expression))
    return { of: expression.expression.getText(), method: expression.name.text }
  if (ts.isElementAccessExpression(expression)) return { of: expression.expression.getText(), method: 'any' }
  return undefined
}

t.test('docs/log.md is what the command prints', async (t) => {
  const { code, stdout } = await runCommand(printReference, [])
  t.equal(code, 0)
  t.equal(stdout, describeLog())
  t.equal(read(root, 'docs', 'log.md'), stdout, 'else: npm run log')
  await t.rejects(runCommand(printReference, ['more']), UsageError)
  await t.rejects(runCommand(printReference, ['log', 'more']), UsageError)
})

t.test('docs/metrics.md is what the command prints', async (t) => {
  const { stdout } = await runCommand(printReference, ['metrics'])
  t.equal(stdout, describeMetrics())
  t.equal(read(root, 'docs', 'metrics.md'), stdout, 'else: npm run metrics')
})

t.test('nothing is logged but by writeLine', async (t) => {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent', 'any']
  const calls = sources.flatMap(({ file, tree }) =>
    visit(tree, readCall)
      .filter(({ of, method }) => levels.includes(method) && /\b(?:log|logger|record)$/.test(of))
      .map(({ of, method }) => `${file}: ${of}.${method}`),
  )
  t.same(calls, ['telemetry/log-lines.ts: log.any'])
})

t.test('each line that is listed is written somewhere', async (t) => {
  const texts = sources
    .filter(({ file }) => file !== 'telemetry/log-lines.ts')
    .flatMap(({ tree }) => visit(tree, (node) => (ts.isStringLiteral(node) ? node.text : undefined)))
  const table = read(src, 'telemetry', 'log-lines.ts')
  const ofFailures = table.slice(table.indexOf('export const lineOfFailure'), table.indexOf('/** All other'))
  const unused = Object.keys(logLines).filter(
    (message) =>
      !texts.includes(message) &&
      !ofFailures.includes(`: '${message}'`) &&
      !ofFailures.includes(`: "${message}"`),
  )
  t.same(unused, [])
})

t.test('each reason for which a user is unknown is listed', async (t) => {
  const reasons = sources.flatMap(({ tree }) =>
    visit(tree, (node) => {
      if (!ts.isObjectLiteralExpression(node)) return undefined
      const text = node.getText()
      return /known: false|kind: 'unknown'/.test(text) ? /\breason: '(\w+)'/.exec(text)?.[1] : undefined
    }),
  )
  t.ok(reasons.length >= 5, reasons.join())
  for (const reason of reasons) t.ok(reason in userReasons, reason)
})
