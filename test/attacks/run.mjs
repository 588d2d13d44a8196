import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTap, testFilesIn } from '../tap.mjs'

// Runs the attack suite and prints what held: `npm run test:attacks`, with names of files to run only some.
const named = process.argv.slice(2)
const files = named.length > 0 ? named : testFilesIn('test/attacks')
const scratch = mkdtempSync(join(tmpdir(), 'attacks-'))
const report = join(scratch, 'report.jsonl')
writeFileSync(report, '')
const startedAt = Date.now()
const tap = runTap(['--disable-coverage', '--reporter=min', ...files], {
  env: { ...process.env, ATTACKS_REPORT: report },
})
const lines = readFileSync(report, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
rmSync(scratch, { recursive: true })

const rows = new Map()
for (const { id, variants, fell, missing } of lines.filter(({ reason }) => reason === undefined)) {
  const row = rows.get(id) ?? { variants: 0, fell: [], missing: [] }
  if (missing === undefined) row.variants += variants
  else row.missing.push(missing)
  row.fell.push(...fell)
  rows.set(id, row)
}

const print = (text) => process.stdout.write(`${text}\n`)
const sorted = [...rows].sort(([one], [other]) => one.localeCompare(other))
print('\ncase  variants  result')
for (const [id, { variants, fell, missing }] of sorted) {
  const result = fell.length > 0 ? `FELL: ${fell.join(', ')}` : variants > 0 ? 'held' : ''
  const open = missing.map((what) => `not yet: ${what}`)
  print(`${id}  ${String(variants).padStart(8)}  ${[result, ...open].filter(Boolean).join('; ')}`)
}
for (const { id, reason } of lines.filter((line) => line.reason !== undefined))
  print(`${id}        no case: ${reason}`)

const all = [...rows.values()]
const count = (accept) => all.filter(accept).length
print(
  `\n${all.length} cases, ${all.reduce((sum, { variants }) => sum + variants, 0)} variants: ` +
    `${count(({ fell, variants }) => fell.length === 0 && variants > 0)} held, ` +
    `${count(({ fell }) => fell.length > 0)} fell, ` +
    `${count(({ missing }) => missing.length > 0)} with something not there yet; ` +
    `${Math.round((Date.now() - startedAt) / 1000)} s`,
)
process.exitCode = tap.status ?? 1
