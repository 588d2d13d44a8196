import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { decision } from './audit-reading/lines.ts'

const root = join(import.meta.dirname, '..')
const example = join(root, 'config', 'gateway.yaml')
const secrets = { PROBE_CLIENT_SECRET: 'probe-s3cret', AUTHSIGNAL_API_SECRET_KEY: 'tenant-s3cret' }

interface Case {
  args: string[]
  env?: Record<string, string>
  code: number
  stdout?: RegExp
  stderr?: RegExp
}

const nothing = /^$/
const cases: Case[] = [
  { args: [], code: 2, stderr: /^which command\?\n\nusage: / },
  { args: ['constructor'], code: 2, stderr: /^unknown command\n\nusage: / },
  { args: ['report', '--help'], code: 0, stdout: /^usage: step-up-gateway COMMAND\n/ },
  { args: ['report', 'no-such-file'], code: 1, stderr: /^no-such-file: there is no such file\n$/ },
  { args: ['replay'], code: 2, stderr: /^--config FILE is missing\n\nusage: / },
  { args: ['explain'], code: 2, stderr: /^which support id\? .*\n\nusage: / },
  { args: ['reference'], code: 0, stdout: /^# What the log says\n/ },
  { args: ['rehearse', '--help'], code: 0, stdout: /^usage: step-up-gateway rehearse / },
  { args: ['forget'], code: 2, stderr: /^expected USER, --config FILE/ },
  { args: ['health'], env: { ADMIN_URL: 'http://127.0.0.1:1' }, code: 1, stderr: /127\.0\.0\.1:1/ },
  { args: ['help'], code: 0, stdout: /^usage: step-up-gateway COMMAND\n/ },
  {
    args: ['check', '--offline', '--config', example],
    env: secrets,
    code: 0,
    stdout: /^configuration is valid: 1 client\n/,
  },
  {
    args: ['check', '--config', example],
    env: { ...secrets, PROBE_CLIENT_SECRET: 's3cret' },
    code: 2,
    stderr: /^\S+gateway.yaml:\d+:\d+ provider.probe.clientSecret: is shorter than 8 characters; .*\n$/,
  },
]

// Each case is a process of its own, which takes its time to start.
t.jobs = 4

for (const { args, env = {}, code, stdout = nothing, stderr = nothing } of cases) {
  t.test(['step-up-gateway', ...args].join(' ').replace(root, ''), async (t) => {
    const ended = await run(args, env)
    t.equal(ended.code, code)
    t.match(ended.stdout, stdout)
    t.match(ended.stderr, stderr)
    t.notMatch(ended.stdout + ended.stderr, /s3cret/)
  })
}

t.test('schema prints config/schema.json', async (t) => {
  const { code, stdout } = await run(['schema'], {})
  t.equal(code, 0)
  t.equal(stdout, readFileSync(join(root, 'config', 'schema.json'), 'utf8'))
})

t.test('who reads only the beginning hears no complaint', async (t) => {
  const client = (n: number) => decision({ client_id: `client-${n}-${'x'.repeat(900)}` })
  const folder = t.testdir({ log: Array.from({ length: 400 }, (_, n) => client(n)).join('\n') })
  const child = start(['report', '--json', join(folder, 'log')], {})
  child.stdout.once('data', () => child.stdout.destroy())
  const [stderr, code] = await Promise.all([
    child.stderr.setEncoding('utf8').toArray(),
    new Promise((resolve) => child.on('close', resolve)),
  ])
  t.same({ code, stderr: stderr.join('') }, { code: 0, stderr: '' })
})

// Linux has a device to which nothing can be written.
t.test('a full disk is a failure', { skip: !existsSync('/dev/full') }, async (t) => {
  const full = createWriteStream('/dev/full')
  t.teardown(() => full.destroy())
  await once(full, 'open')
  const { argv, environment } = describeProcess(['schema'], {})
  const child = spawn(process.execPath, argv, { env: environment, stdio: ['ignore', full, 'pipe'] })
  const [stderr, code] = await Promise.all([
    child.stderr.setEncoding('utf8').toArray(),
    new Promise((resolve) => child.on('close', resolve)),
  ])
  t.equal(code, 1)
  t.match(stderr.join(''), /^Error: ENOSPC: no space left on device/)
})

/** Runs the program as a process of its own. */
function start(args: string[], env: Record<string, string>) {
  const { argv, environment } = describeProcess(args, env)
  return spawn(process.execPath, argv, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What Node gets to run the program, with nothing of this process's environment but what tap needs. */
function describeProcess(args: string[], env: Record<string, string>) {
  const tap = Object.entries(process.env).filter(([name]) => /^(TAP|_TAPJS|NODE_|PATH$)/.test(name))
  return {
    argv: [...process.execArgv, join(root, 'src', 'main.ts'), ...args],
    environment: { ...Object.fromEntries(tap), ...env },
  }
}

async function run(args: string[], env: Record<string, string>) {
  const child = start(args, env)
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise((resolve) => child.on('close', resolve)),
  ])
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}
