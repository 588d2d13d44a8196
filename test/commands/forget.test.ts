import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { describe, forget } from '../../src/commands/forget.ts'
import { openWorld } from '../e2e/stage.ts'
import { listenOnLoopback } from '../lab/listen.ts'
import { makeConfig } from '../upstream/config.ts'
import { runCommand } from './run.ts'

t.test('forget', async (t) => {
  const world = await openWorld(t)
  const { yaml, adminUrl, authsignal } = world
  const write = (name: string, content: object) => {
    const file = join(folder, name)
    writeFileSync(file, stringify(content))
    return file
  }
  const folder = t.testdir({})
  const file = write('gateway.yaml', yaml)
  const run = (...args: string[]) => runCommand(forget, args)

  await t.test('says what is forgotten, and of whom nothing was known', async (t) => {
    const first = await run('user-alice', '--config', file)
    t.equal(first.code, 0, first.stderr)
    t.match(
      first.stdout,
      /^forgotten by this instance, which keeps its state in memory: whatever user-alice has shown/,
    )
    t.match(first.stdout, /devices at Authsignal: none\n/)
    t.match(first.stdout, /is it the value of the claim sub\?/)
    t.match(first.stdout, /sessions at the OP and at applications go on/)
    const second = await run('user-alice', '--config', file, '--admin', `${adminUrl}/`)
    t.equal(second.code, 0)
    t.notMatch(second.stdout, /note:/)
  })

  await t.test('says what it could not do', async (t) => {
    authsignal.control.fault('device', '500', 2)
    const half = await run('user-alice', '--config', file)
    t.match(half, {
      code: 1,
      stdout: '',
      stderr: /^step-ups and passes are forgotten, but devices at Authsignal are not .*: run it again\n$/,
    })
  })

  await t.test('says who answers instead', async (t) => {
    const other = write('other.yaml', {
      ...yaml,
      authsignal: { ...(yaml['authsignal'] as object), apiSecretKey: 'another secret' },
    })
    t.match(await run('user-alice', '--config', other), {
      code: 1,
      stderr: /^nothing is forgotten: the gateway at .* has other secrets/,
    })
    const answers: [status: number, body: string, stderr: RegExp][] = [
      [404, '{}', /older than this command/],
      [
        200,
        '{"status":"forgotten","remembered":true,"devices":0,"isOneInstance":true}',
        /no gateway with the secrets of this/,
      ],
    ]
    for (const [status, body, stderr] of answers) {
      const server = await listenOnLoopback((_request, response) => void response.writeHead(status).end(body))
      const { port } = server
      t.teardown(() => server.close())
      t.match(await run('user-alice', '--config', file, '--admin', `http://127.0.0.1:${port}`), {
        code: 1,
        stdout: '',
        stderr,
      })
    }
    t.match(await run('user-alice', '--config', file, '--admin', 'http://127.0.0.1:1'), {
      code: 1,
      stderr: /^no gateway answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/,
    })
  })

  await t.test('is stopped: what was forgotten is not known', async (t) => {
    const written = { stdout: '', stderr: '' }
    const code = await forget({
      args: ['user-alice', '--config', file],
      env: {},
      stdin: process.stdin,
      stdout: { write: (text) => (written.stdout += text) },
      stderr: { write: (text) => (written.stderr += text) },
      stop: AbortSignal.abort(),
      onHangup: () => {},
    })
    t.match({ code, ...written }, { code: 1, stderr: /^no answer of .* in time: run it again/ })
  })

  await t.test('wants a user and a configuration, and nothing else', async (t) => {
    const table: string[][] = [
      [],
      ['--config', file],
      ['user-alice'],
      ['user-alice', 'user-bob', '--config', file],
      ['', '--config', file],
      ['user-alice', '--config', file, '--all'],
      ['user-alice', '--config', file, '--admin', 'gateway:9090/x'],
      ['user-alice', '--config', file, '--admin', 'gateway'],
      ['user-alice', '--config', file, '--admin', 'http://127.0.0.1:9090/forget'],
    ]
    for (const args of table) await t.rejects(run(...args), { name: 'UsageError' }, args.join(' '))
  })
})

t.test('a store that is gone: nothing is forgotten', async (t) => {
  const gone = () => Promise.reject(new Error('gone'))
  const store = { get: gone, set: gone, add: gone, replace: gone, close: async () => undefined }
  const { yaml } = await openWorld(t, { store })
  const file = join(t.testdir({}), 'gateway.yaml')
  writeFileSync(file, stringify(yaml))
  t.match(await runCommand(forget, ['user-alice', '--config', file]), {
    code: 1,
    stdout: '',
    stderr: 'nothing is forgotten: the store did not answer for epoch\n',
  })
})

t.test('what all gateways of a store forget, and how many devices', async (t) => {
  const told = (devices: number) =>
    describe(
      { status: 'forgotten', remembered: false, devices, isOneInstance: false },
      'user-alice',
      makeConfig({}),
    ).join('\n')
  t.match(told(1), /^forgotten by all gateways of its store: .*\ndevices at Authsignal: 1 device, which/)
  t.notMatch(told(1), /note:/)
  t.match(told(0), /note: nothing was known of that user/)
})
