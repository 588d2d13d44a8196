import { writeFileSync } from 'node:fs'
import t from 'tap'
import { fuzzGateway } from './raw-requests.ts'

const count = Number(process.env['FUZZ_REQUESTS'] ?? 2_000)
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101)

const timeout = 60_000 + count * 100

t.setTimeout(timeout)
t.test(`${count} raw requests with seed ${seed}`, { timeout }, async (t) => {
  const report = await fuzzGateway({ count, seed })
  const { leaks, faults, unexplained, hanging, growthMiB, isAlive, unprotected } = report
  if (process.env['FUZZ_REPORT'] !== undefined) {
    writeFileSync(process.env['FUZZ_REPORT'], JSON.stringify(report))
  }
  t.same(leaks.slice(0, 5), [], 'no code and no token of a protected client')
  t.same(faults.slice(0, 5), [], 'nothing unforeseen, and no secret in the log')
  t.same(unexplained.slice(0, 5), [], 'no status that nothing explains')
  t.same(hanging.slice(0, 5), [], 'every request is answered or ended')
  t.ok(growthMiB < 200, `the heap grew by ${growthMiB} MiB`)
  t.ok(isAlive, 'a person signs in afterwards')
  t.ok(unprotected > 0, `${unprotected} codes and tokens of the other client were seen`)
})
