import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { missing as noRedis } from '../lab/redis/server.ts'
import { favourOurGroup } from './autogroup.ts'
import { drawBars } from './bars.ts'
import { full, quick } from './effort.ts'
import { measureClients } from './growth/clients.ts'
import { measureStepUps } from './growth/measure-step-ups.ts'
import { measureTabs } from './growth/tabs.ts'
import { isMet, type Line, showLine } from './line.ts'
import { createProcesses } from './processes.ts'
import { measureSignIns } from './sign-ins/measure-sign-ins.ts'
import { startSignInBed } from './sign-ins/worlds.ts'
import { makeBed } from './speed/bed.ts'
import { type Comparison, compareProxies } from './speed/compare.ts'
import { missing } from './speed/programs.ts'
import { measureTracing } from './tracing/measure-tracing.ts'

// The price of standing in the way, `npm run bench`: the gateway beside bare proxies, with tracing, in sign-ins beside an OP
// that calls Authsignal itself, and among many clients, tabs and step-ups. `--quick` is a look at all of it, and names of
// parts (`sign-ins`) measure only those. Ends with 1 if a goal is missed.

const folder = join(import.meta.dirname, '..', '..', 'bench')
const { values: options, positionals: chosen } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string', default: join(folder, 'results.json') },
    svg: { type: 'string', default: join(folder, 'results.svg') },
  },
  allowPositionals: true,
})
const effort = options.quick ? quick : full
const print = (text: string): boolean => process.stdout.write(`${text}\n`)
const lines: Line[] = []
const comparisons: Comparison[] = []

function tell(more: readonly Line[]): void {
  lines.push(...more)
  for (const line of more) print(showLine(line))
}

function tellComparison(comparison: Comparison): void {
  comparisons.push(comparison)
  tell(comparison.lines)
  const { raw, gateway } = comparison.microseconds
  print(`  CPU of a request: raw ${raw.toFixed(0)} µs, gateway ${gateway.toFixed(0)} µs`)
  const told = comparison.proxies.map(
    ({ name, speed, cpu }) => `${name} ${speed.toFixed(2)}/${cpu.toFixed(2)}`,
  )
  print(`  speed ÷ plugin / CPU ÷ raw: ${told.join(', ')}\n`)
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  print(`written: ${file}`)
}

const begun = performance.now()
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() }
const autogroup = favourOurGroup()
const processes = createProcesses()
process.once('exit', () => {
  autogroup.undo()
  processes.close()
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

print(`Node ${machine.node}, ${machine.cores} cores of ${machine.cpu}, load ${loadavg()[0]?.toFixed(1)}`)
for (const text of [autogroup.told, ...missing, ...(noRedis === undefined ? [] : [noRedis])]) print(text)
print('')
const bed = await makeBed(processes)
const signInBed = await startSignInBed(processes)
const parts: Record<string, () => Promise<void>> = {
  requests: () => compareProxies(bed, effort, tellComparison),
  tracing: async () => tell(await measureTracing(processes, bed, effort)),
  'sign-ins': async () => tell(await measureSignIns(signInBed, effort)),
  clients: async () => tell(await measureClients(bed, effort)),
  tabs: async () => tell(await measureTabs(signInBed, effort)),
  'step-ups': async () => tell(await measureStepUps(processes, effort)),
}
for (const [name, measure] of Object.entries(parts))
  if (chosen.length === 0 || chosen.includes(name)) await measure()
const missed = lines.filter((line) => !isMet(line)).length
const seconds = (performance.now() - begun) / 1000
print(`\n${lines.filter(({ goal }) => goal).length} goals, ${missed} missed, ${seconds.toFixed(0)} s`)
write(options.json, `${JSON.stringify({ machine, seconds, lines, comparisons }, undefined, 2)}\n`)
if (comparisons.length > 0)
  write(
    options.svg,
    drawBars(
      'Requests a second, in those of bare @fastify/http-proxy',
      comparisons.map(({ work, proxies }) => ({
        name: work.name,
        bars: proxies.map(({ name, speed }) => ({
          name,
          value: speed,
          ...(name === 'gateway' && { goal: work.goal.speed }),
        })),
      })),
    ),
  )
process.exit(missed === 0 ? 0 : 1)
