import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Plays the scenarios in front of each OP and prints the matrix: `npm run test:providers`, with names of files to run
// only some. What is not installed is skipped with a line; STEP_UP_REQUIRE_ALL=1 makes that a failure.
const named = process.argv.slice(2)
const folder = 'test/providers'
const files =
  named.length > 0
    ? named
    : readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => join(folder, file))
        .sort()
const scratch = mkdtempSync(join(tmpdir(), 'providers-'))
const report = join(scratch, 'report.jsonl')
writeFileSync(report, '')
const startedAt = Date.now()
// One OP after the other: each has the machine, and its free ports, to itself.
const tap = spawnSync(
  'npx',
  ['tap', '--disable-coverage', '--reporter=min', '--jobs=1', '--timeout=300', ...files],
  { stdio: 'inherit', env: { ...process.env, PROVIDERS_REPORT: report } },
)
const lines = readFileSync(report, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
const cells = lines.filter(({ scenario }) => scenario !== undefined)
rmSync(scratch, { recursive: true })

const print = (text) => process.stdout.write(`${text}\n`)
const listOf = (some, name) => [...new Set(some.map((cell) => cell[name]))]
for (const provider of listOf(cells, 'provider')) {
  printTable(
    provider,
    cells.filter((cell) => cell.provider === provider),
  )
}

/** One OP: a row for each scenario, a column for each kind of application. */
function printTable(provider, its) {
  const applications = listOf(its, 'application')
  const resultOf = (application, scenario) =>
    its.find((cell) => cell.application === application && cell.scenario === scenario)?.result ?? '-'
  const table = [
    [provider, ...applications.map((application) => application.split(' ')[0])],
    ['', ...applications.map((application) => application.split(' ')[1] ?? '')],
    ...listOf(its, 'scenario').map((scenario) => [
      scenario,
      ...applications.map((application) => resultOf(application, scenario)),
    ]),
  ]
  const widths = table[0].map((_, place) => Math.max(...table.map((row) => row[place].length)))
  print('')
  for (const row of table) {
    const padded = row.map((text, place) => text.padEnd(widths[place]))
    print(padded.join('  ').trimEnd())
  }
}

print('')
for (const line of new Set(
  cells.flatMap(({ provider, application, reason }) =>
    reason === undefined ? [] : [`${provider}, ${application}: ${reason}`],
  ),
)) {
  print(line)
}

for (const { provider, seconds } of lines.filter((line) => line.seconds !== undefined)) {
  print(`${provider}: ${seconds} s, start and stop included`)
}
for (const { provider, requests, equal, different } of lines.filter((line) => line.requests !== undefined)) {
  print(
    `${provider}, with and without the gateway: ${requests} requests, ${equal} equal, ${different} different`,
  )
}
const count = (wanted) => cells.filter(({ result }) => result === wanted).length
print(
  `\n${cells.length} cells: ${count('held')} held, ${count('failed')} failed, ${count('skipped')} skipped; ` +
    `${Math.round((Date.now() - startedAt) / 1000)} s`,
)
process.exitCode = tap.status ?? 1
