import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { UsageError } from '../../src/commands/command.ts'
import { doctor } from '../../src/commands/doctor.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { overlay } from '../../src/config/yaml/values.ts'
import { openWorld } from '../e2e/stage.ts'
import { serve } from '../upstream/serve.ts'
import { runCommand } from './run.ts'

const world = await openWorld(t)

const write = (t: Test, change = {}): string =>
  join(t.testdir({ 'gateway.yaml': stringify(overlay(world.yaml, change)) }), 'gateway.yaml')

t.test('one line a finding, for a person', async (t) => {
  const { code, stdout, stderr } = await runCommand(doctor, ['--config', write(t)])
  t.equal(code, 0)
  t.equal(stderr, '')
  t.match(stdout, /^fine {5}configuration {3}nothing in it is wrong by itself\nfine {5}provider /)
  t.match(stdout, /^unknown {2}actions {9}.*oidc-authorize.* --track/m)
  t.match(stdout, /^unknown {2}sign-in {9}.*-> run doctor with --sign-in$/m)
  t.match(stdout, /\nnothing is wrong\n$/)
  t.notMatch(stdout, /^(?:wrong|skipped)/m)
})

t.test('what is wrong, what is not examined for it, and how much', async (t) => {
  const change = { provider: { issuer: 'https://op.example' } }
  const { code, stdout } = await runCommand(doctor, ['--config', write(t, change), '--sign-in'])
  t.equal(code, 1)
  t.match(
    stdout,
    /^wrong {4}provider {8}the OP calls itself .* -> set provider\.issuer: .* \(issuer_mismatch\)$/m,
  )
  t.match(stdout, /^skipped {2}probe client {4}first repair what is wrong at: provider$/m)
  t.match(stdout, /\n1 wrong\n$/)
})

t.test('faults of the call and of the configuration', async (t) => {
  for (const args of [[], ['--config', ''], ['--config', 'x', 'y'], ['--config', 'x', '--offline']])
    await t.rejects(runCommand(doctor, args), UsageError, args.join(' '))
  await t.rejects(runCommand(doctor, ['--config', join(t.testdir({}), 'none.yaml')]), ConfigError)
})

t.test('a sign-in that nobody makes', async (t) => {
  const { code, stdout, stderr } = await runCommand(doctor, ['--config', write(t), '--sign-in'])
  t.equal(code, 0)
  t.match(stdout, /^unknown {2}sign-in {9}the sign-in was given up$/m)
  t.match(stderr, /^Open this address in a browser and sign in\./m)
})

t.test('asked to end, it ends', async (t) => {
  const stop = new AbortController()
  const port = await serve(t, () => stop.abort())
  let stderr = ''
  const code = await doctor({
    args: ['--config', write(t, { upstream: { url: `http://127.0.0.1:${port}` } })],
    env: {},
    stdin: Readable.from([]),
    stdout: { write: () => {} },
    stderr: { write: (text) => (stderr += text) },
    stop: stop.signal,
    onHangup: () => {},
  })
  t.equal(code, 1)
  t.equal(stderr, 'stopped before the end\n')
})

t.test('the process ends with the first Ctrl-C, although Authsignal has not answered', async (t) => {
  const asked = new Promise<void>((resolve) => {
    void serve(t, () => resolve()).then((port) => start(`http://127.0.0.1:${port}/v1`))
  })
  let child: ReturnType<typeof spawn> | undefined
  function start(apiUrl: string) {
    const file = write(t, { authsignal: { apiUrl, timeout: '5m' } })
    const program = [join(import.meta.dirname, '..', '..', 'src', 'main.ts'), 'doctor', '--config', file]
    child = spawn(process.execPath, [...process.execArgv, ...program], { stdio: 'ignore' })
    t.teardown(() => child?.kill('SIGKILL'))
  }
  await asked
  child?.kill('SIGINT')
  const [code] = child ? await once(child, 'exit') : []
  t.equal(code, 1)
})
