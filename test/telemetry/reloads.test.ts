import t from 'tap'
import { ConfigError } from '../../src/config/config-error.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createReloads } from '../../src/telemetry/reloads.ts'

const problem = { file: 'gateway.yaml', line: 3, column: 5, key: 'a.b', message: 'is wrong', fix: 'right it' }
const told = 'gateway.yaml:3:5 a.b: is wrong; right it'

function create() {
  const written: string[] = []
  const reloads = createReloads(
    createLog({ destination: { write: (line: string) => written.push(line) } }),
    () => 7,
  )
  return { reloads, lines: () => written.splice(0).map((line) => JSON.parse(line)) }
}

t.test('before the first one', async (t) => {
  const { reloads } = create()
  t.same(reloads.latest, undefined)
  t.same(reloads.counts, { applied: 0, refused: 0 })
  t.same(reloads.warnings, [])
})

t.test('one that took effect', async (t) => {
  const { reloads, lines } = create()
  reloads.applied('0123456789ab', [])
  t.same(reloads.latest, { result: 'applied', at: 7 })
  t.same(reloads.counts, { applied: 1, refused: 0 })
  t.match(lines(), [{ level: 30, msg: 'the configuration is in effect', version: '0123456789ab' }])
  reloads.applied('0123456789ab', ['listen', 'admin'])
  t.match(lines(), [
    { level: 30 },
    { level: 40, msg: 'a change of the configuration needs a restart', keys: ['listen', 'admin'] },
  ])
})

t.test('one that did not: file, line and fix, until one does', async (t) => {
  const { reloads, lines } = create()
  reloads.refused(new ConfigError([problem, problem]))
  t.same(reloads.latest, { result: 'refused', at: 7 })
  t.same(reloads.warnings, [
    `The configuration was changed, and the one before stays in effect: ${told} (and 1 more, in the log)`,
  ])
  t.match(lines(), [{ level: 50, msg: /^the configuration could not be reloaded/, problems: [told, told] }])
  reloads.refused(new ConfigError([problem, problem]))
  t.same(lines(), [], 'the same is not written again')
  t.same(reloads.counts, { applied: 0, refused: 2 }, 'but counted')
  reloads.refused(new ConfigError([problem, problem]), true)
  t.match(lines(), [{ level: 50, problems: [told, told] }], 'unless somebody asked')
  reloads.refused(new Error("the OP's metadata: no answer"))
  t.match(lines(), [{ problems: ["the OP's metadata: no answer"] }])
  t.match(reloads.warnings, [/in effect: the OP's metadata: no answer$/])
  reloads.refused('thrown')
  t.match(lines(), [{ problems: ['something other than an error was thrown'] }])
  reloads.applied('0123456789ab', [])
  t.same(reloads.warnings, [])
})

t.test('a line has a length', async (t) => {
  const { reloads, lines } = create()
  reloads.refused(new ConfigError(Array.from({ length: 25 }, () => problem)))
  const [{ problems, more }] = lines()
  t.equal(problems.length, 20)
  t.equal(more, 5)
})
