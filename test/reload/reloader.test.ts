import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createFiles } from '../../src/config/files.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema/schema.ts'
import { createReloader } from '../../src/reload/reloader.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createReloads } from '../../src/telemetry/reloads.ts'

const yaml = (action: string, more = '') => `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
defaults: { action: ${action} }
${more}`

/** What happens next: an interval or a settling begins, or a configuration is to take effect. */
type Event =
  | { readonly waits: number; pass(): void }
  | { readonly action: string; end(error?: unknown): void }

/** A reloader whose waits and whose gateway the test plays. */
function start(t: Test, folder: string) {
  const file = join(folder, 'gateway.yaml')
  const events: Event[] = []
  const readers: ((event: Event) => void)[] = []
  const emit = (event: Event): void => {
    const reader = readers.shift()
    if (reader) reader(event)
    else events.push(event)
  }
  const files = createFiles()
  const config = loadConfig(file, {}, files)
  const lines: string[] = []
  const reloads = createReloads(createLog({ destination: { write: (line) => lines.push(line) } }), Date.now)
  const reloader = createReloader(config, files, {
    load: (anew) => loadConfig(file, {}, anew),
    apply: ({ defaults }: Config) =>
      new Promise((resolve, reject) =>
        emit({ action: defaults.action, end: (error) => (error === undefined ? resolve() : reject(error)) }),
      ),
    keysForRestart: () => [],
    reloads,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        signal.addEventListener('abort', () => reject(signal.reason))
        emit({ waits: ms, pass: () => resolve(undefined) })
      }),
  })
  reloader.start()
  t.teardown(() => reloader.stop())
  const next = (): Promise<Event> => {
    const event = events.shift()
    return event ? Promise.resolve(event) : new Promise((resolve) => readers.push(resolve))
  }
  return {
    reloader,
    reloads,
    lines,
    write: (text: string) => writeFileSync(file, text),
    /** The next wait, which has to be of this length. */
    async waiting(ms: number): Promise<() => void> {
      const event = await next()
      t.match(event, { waits: ms })
      return 'pass' in event ? event.pass : () => t.fail('nothing waits')
    },
    /** The next configuration that is to take effect, which has to be this one. */
    async applying(action: string): Promise<(error?: unknown) => void> {
      const event = await next()
      t.match(event, { action })
      return 'end' in event ? event.end : () => t.fail('nothing is applied')
    },
  }
}

const folderOf = (t: Test, more = '') => t.testdir({ 'gateway.yaml': yaml('first', more) })

t.test('a change is loaded once it has settled', async (t) => {
  const { reloads, write, waiting, applying } = start(t, folderOf(t))
  const look = await waiting(10_000)
  look()
  const lookAgain = await waiting(10_000)
  write(yaml('second'))
  lookAgain()
  const settled = await waiting(500)
  settled()
  const applied = await applying('second')
  applied()
  await waiting(10_000)
  t.match(reloads, { latest: { result: 'applied' }, counts: { applied: 1, refused: 0 } })
})

t.test('half of a file is never in effect', async (t) => {
  const { write, waiting, applying, reloads } = start(t, folderOf(t))
  const look = await waiting(10_000)
  write(yaml('half'))
  look()
  const settled = await waiting(500)
  write(yaml('whole'))
  settled()
  const settledNow = await waiting(500)
  settledNow()
  const applied = await applying('whole')
  applied()
  await waiting(10_000)
  t.same(reloads.counts, { applied: 1, refused: 0 })
})

t.test('a file that is gone for a moment makes no noise', async (t) => {
  const folder = folderOf(t)
  const { waiting, write, reloads, applying } = start(t, folder)
  const look = await waiting(10_000)
  rmSync(join(folder, 'gateway.yaml'))
  look()
  const settled = await waiting(500)
  write(yaml('first'))
  settled()
  const settledNow = await waiting(500)
  settledNow()
  const applied = await applying('first')
  applied()
  await waiting(10_000)
  t.same(reloads.counts, { applied: 1, refused: 0 })
})

t.test('what is broken leaves the one before, until it is corrected', async (t) => {
  const { reloads, write, waiting, applying } = start(t, folderOf(t))
  const look = await waiting(10_000)
  write(yaml('second', 'zzz: 1\n'))
  look()
  const settled = await waiting(500)
  settled()
  const lookAgain = await waiting(10_000)
  t.match(reloads, { latest: { result: 'refused' }, warnings: [/gateway\.yaml:6:1 zzz: unknown key;/] })
  lookAgain()
  const lookThrice = await waiting(10_000)
  t.equal(reloads.counts.refused, 1, 'the same is not read again')
  write(yaml('third'))
  lookThrice()
  const settledNow = await waiting(500)
  settledNow()
  const applied = await applying('third')
  applied()
  await waiting(10_000)
  t.match(reloads, { latest: { result: 'applied' }, warnings: [] })
})

t.test('who asks for what is still broken reads why each time', async (t) => {
  const { reloader, lines, write, waiting } = start(t, folderOf(t))
  await waiting(10_000)
  write(yaml('second', 'zzz: 1\n'))
  for (const count of [1, 2]) {
    reloader.ask()
    await waiting(10_000)
    t.equal(lines.filter((line) => line.includes('could not be reloaded')).length, count)
  }
})

t.test('what can not take effect yet is tried again', async (t) => {
  const { reloads, write, waiting, applying } = start(t, folderOf(t))
  const look = await waiting(10_000)
  write(yaml('second'))
  look()
  const settled = await waiting(500)
  settled()
  const fail = await applying('second')
  fail(new Error("the OP's metadata: no answer"))
  const lookAgain = await waiting(10_000)
  t.match(reloads.warnings, [/the OP's metadata: no answer$/])
  lookAgain()
  const settledAgain = await waiting(500)
  settledAgain()
  const applied = await applying('second')
  applied()
  const lookThrice = await waiting(10_000)
  t.same(reloads.warnings, [])
  lookThrice()
  await waiting(10_000)
  t.same(reloads.counts, { applied: 1, refused: 1 })
})

t.test('who asks gets it at once, whether or not it has changed', async (t) => {
  const { reloader, waiting, applying } = start(t, folderOf(t))
  await waiting(10_000)
  reloader.ask()
  const applied = await applying('first')
  reloader.ask()
  applied()
  const appliedAgain = await applying('first')
  appliedAgain()
  await waiting(10_000)
})

t.test('a change during a reload is seen afterwards', async (t) => {
  const { reloader, write, waiting, applying } = start(t, folderOf(t))
  await waiting(10_000)
  reloader.ask()
  const applied = await applying('first')
  write(yaml('second'))
  applied()
  const look = await waiting(10_000)
  look()
  const settled = await waiting(500)
  settled()
  const appliedNow = await applying('second')
  appliedNow()
  await waiting(10_000)
})

t.test('the interval is that of the configuration in effect; none: only who asks', async (t) => {
  const { reloader, write, waiting, applying } = start(t, folderOf(t, 'reload: { interval: 1m }\n'))
  await waiting(60_000)
  write(yaml('never', 'reload: { interval: 0s }\n'))
  reloader.ask()
  const applied = await applying('never')
  applied()
  write(yaml('fourth', 'reload: { interval: 2s }\n'))
  reloader.ask()
  const appliedNow = await applying('fourth')
  appliedNow()
  await waiting(2000)
})

t.test('a mount of Kubernetes: all files change with one link', async (t) => {
  const folder = t.testdir({
    one: { 'gateway.yaml': yaml('first', 'clientsDir: .\n') },
    two: { 'gateway.yaml': yaml('second', 'clientsDir: clients\n'), clients: { 'web.yaml': 'mode: off\n' } },
  })
  symlinkSync('one', join(folder, '..data'))
  symlinkSync('..data/gateway.yaml', join(folder, 'gateway.yaml'))
  mkdirSync(join(folder, 'clients.d'))
  writeFileSync(join(folder, 'one', 'gateway.yaml'), yaml('first'))
  const { waiting, applying } = start(t, folder)
  const look = await waiting(10_000)
  symlinkSync('two', join(folder, '..data_tmp'))
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  writeFileSync(join(folder, 'two', 'gateway.yaml'), yaml('second'))
  rmSync(join(folder, 'one'), { recursive: true })
  look()
  const settled = await waiting(500)
  settled()
  const applied = await applying('second')
  applied()
  await waiting(10_000)
})

t.test('the end: while it waits, while a change settles, while it is applied', async (t) => {
  const idle = start(t, folderOf(t))
  await idle.waiting(10_000)
  idle.reloader.stop()
  await idle.reloader.ended

  const settling = start(t, folderOf(t))
  const look = await settling.waiting(10_000)
  settling.write(yaml('second'))
  look()
  await settling.waiting(500)
  settling.reloader.stop()
  await settling.reloader.ended

  for (const error of [undefined, new Error('the gateway is shutting down')]) {
    const applying = start(t, folderOf(t))
    await applying.waiting(10_000)
    applying.reloader.ask()
    const end = await applying.applying('first')
    applying.reloader.stop()
    end(error)
    await applying.reloader.ended
    t.equal(applying.reloads.counts.refused, 0)
  }

  const never = start(t, folderOf(t, 'reload: { interval: 0s }\n'))
  never.reloader.stop()
  await never.reloader.ended
})
