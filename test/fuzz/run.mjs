import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTap, testFilesIn } from '../tap.mjs'

// Runs the properties of this folder, sends raw requests to a running gateway and prints what came back:
// `npm run test:fuzz -- [count] [seed]`. The seed holds for both.
const [count = '2000', seed = String(Date.now() % 1_000_000_000)] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
const file = join(folder, 'report.json')
const print = (text) => process.stdout.write(`${text}\n`)
print(`${count} requests, seed ${seed}`)
const tap = runTap(['--disable-coverage', '--timeout=0', '--reporter=tap', ...testFilesIn('test/fuzz')], {
  stdio: 'pipe',
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  env: { ...process.env, FUZZ_REQUESTS: count, FUZZ_SEED: seed, FUZZ_REPORT: file },
})
if (tap.status !== 0) print(tap.stdout)
try {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const { statuses, leaks, faults, unexplained, hanging } = report
  print('\nstatus    answers')
  for (const [status, times] of Object.entries(statuses)) {
    print(`${(status === '0' ? 'none' : status).padEnd(6)}  ${String(times).padStart(9)}`)
  }
  print(
    `\n${report.count} requests in ${Math.round(report.seconds)} s (${Math.round(report.count / report.seconds)} a second), ` +
      `seed ${report.seed}: ${leaks.length} leaks, ${faults.length} faults, ${unexplained.length} unexplained, ` +
      `${hanging.length} hanging; heap ${report.growthMiB} MiB more; ` +
      `${report.unprotected} codes and tokens of the client that nobody protects; ` +
      `${report.isAlive ? 'a person signs in afterwards' : 'NOBODY SIGNS IN AFTERWARDS'}`,
  )
} catch {
  print('no report: the run ended early')
}
rmSync(folder, { recursive: true })
process.exitCode = tap.status ?? 1
