import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { parse } from 'yaml'
import { type CommandContext, UsageError } from '../../src/commands/command.ts'
import { rehearse } from '../../src/commands/rehearse.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load.ts'
import { findUsualRules } from '../../src/stand-in/rules/rules-file.ts'
import { startRehearsal } from '../stand-in/start-rehearsal.ts'
import { runCommand } from './run.ts'

t.test('--help', async (t) => {
  const { code, stdout } = await runCommand(rehearse, ['--help'])
  t.equal(code, 0)
  for (const option of ['--port', '--secret', '--rules', '--gateway']) t.match(stdout, option)
  t.match(stdout, /It is no\s+protection/)
})

t.test('arguments that make no sense', async (t) => {
  const cases: [args: string[], message: RegExp][] = [
    [['--host', '0.0.0.0'], /takes --port, --secret/],
    [['--port', '0x50'], /--port/],
    [['--port', '65536'], /--port/],
    [['--secret', 'short'], /8 characters/],
    [['--gateway', 'login.example.com'], /publicUrl/],
    [['now'], /takes --port/],
  ]
  for (const [args, message] of cases)
    await t.rejects(runCommand(rehearse, args), { name: UsageError.name, message }, args.join(' '))
})

t.test('a rules file that has faults', async (t) => {
  const folder = t.testdir({ 'rules.yaml': 'rules:\n  - name: a\n    outcome: MAYBE\n' })
  const started = runCommand(rehearse, ['--port', '0', '--rules', join(folder, 'rules.yaml')])
  await t.rejects(started, {
    name: ConfigError.name,
    message: /rules\.yaml:3:14 rules\[0\]\.outcome: is not ALLOW/,
  })
})

t.test('a port that is taken', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { code, stderr } = await runCommand(rehearse, ['--port', String(port)])
  t.equal(code, 1)
  t.equal(stderr, `can't listen: 127.0.0.1 port ${port} is taken by another process (--port)\n`)
})

t.test('what else goes wrong is not hidden', async (t) => {
  const context: CommandContext = {
    args: ['--port', '0'],
    env: {},
    stdin: Readable.from([]),
    stdout: {
      write() {
        throw new Error('the pipe is closed')
      },
    },
    stderr: { write: () => undefined },
    stop: AbortSignal.abort(),
    onHangup: () => {},
  }
  await t.rejects(rehearse(context), { message: 'the pipe is closed' })
})

t.test('what it prints can be pasted, and is loud', async (t) => {
  const { output, stop } = await startRehearsal(t, ['--port', '0'])
  t.match(output, /A REHEARSAL, AND NO PROTECTION\./)
  t.match(output, findUsualRules())
  const printed = /^authsignal:\n(?: .*\n)+/m.exec(output)?.[0] ?? ''
  t.match(parse(printed), { authsignal: { apiSecretKey: 'rehearsal-only' } })
  const file = join(t.testdir({}), 'gateway.yaml')
  const rest = `publicUrl: http://localhost:8080
upstream: { url: http://127.0.0.1:9 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
`
  writeFileSync(file, `${rest}${printed}${/^passkeys:\n(?: .*\n)+/m.exec(output)?.[0]}`)
  t.match(loadConfig(file, {}), {
    passkeys: { tenantId: 'rehearsal' },
    authsignal: { apiUrl: /^http:\/\/127/ },
  })
  t.equal(await stop(), 0)
})

t.test('a secret that was chosen is not printed', async (t) => {
  const { output, stop } = await startRehearsal(t, ['--port', '0', '--secret', 'k3y-of-a-tenant'])
  t.notMatch(output, 'k3y-of-a-tenant')
  t.match(output, /apiSecretKey: \$\{AUTHSIGNAL_API_SECRET_KEY\}/)
  t.equal(await stop(), 0)
})

t.test('no other address of this machine answers', async (t) => {
  const { apiUrl, stop } = await startRehearsal(t, ['--port', '0'])
  const { port } = new URL(apiUrl)
  t.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200)
  const others = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  t.comment(`${others.length} other addresses`)
  for (const { address } of others)
    await t.rejects(fetch(`http://${address}:${port}/`), { cause: { code: 'ECONNREFUSED' } })
  await stop()
})

t.test('an installation without the optional packages says so', async (t) => {
  const root = join(import.meta.dirname, '..', '..')
  const hook = `import { register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
      if (name !== 'otpauth') return next(name, context)
      throw Object.assign(new Error('no package'), { code: 'ERR_MODULE_NOT_FOUND' })
    }\`))`
  const program = [join(root, 'src', 'main.ts'), 'rehearse', '--port', '0']
  const without = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]
  const child = spawn(process.execPath, [...process.execArgv, ...without, ...program])
  t.teardown(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  t.equal(code, 1)
  t.match(
    stderr,
    /^rehearse needs packages that this installation left out: install it without --omit=optional\n$/,
  )
})
