import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { UsageError } from '../../src/commands/command.ts'
import { health } from '../../src/commands/health.ts'
import { listenOnLoopback } from '../lab/listen.ts'
import { freePorts } from '../lab/ports.ts'
import { runCommand } from './run.ts'

async function listen(t: Test, answer: RequestListener): Promise<string> {
  const { port, close } = await listenOnLoopback(answer)
  t.teardown(close)
  return `http://127.0.0.1:${port}`
}

t.test('a gateway lives that answers 200', async (t) => {
  const asked: unknown[] = []
  const origin = await listen(t, ({ method, url }, response) => {
    asked.push(`${method} ${url}`)
    response.end('{"status":"ok"}')
  })
  for (const url of [origin, `${origin}/`]) {
    t.same(await runCommand(health, [], { ADMIN_URL: url }), { code: 0, stdout: '', stderr: '' })
  }
  t.same(asked, ['GET /livez', 'GET /livez'])
})

t.test('what does not answer 200 does not live', async (t) => {
  const sick = await listen(t, (_request, response) => response.writeHead(503).end())
  t.same(await runCommand(health, [], { ADMIN_URL: sick }), {
    code: 1,
    stdout: '',
    stderr: `${sick}/livez answers 503\n`,
  })
  const [port] = await freePorts(1)
  const gone = `http://127.0.0.1:${port}`
  t.same(await runCommand(health, [], { ADMIN_URL: gone }), {
    code: 1,
    stdout: '',
    stderr: `${gone}/livez does not answer (ECONNREFUSED)\n`,
  })
  const hanging = await listen(t, () => {})
  t.match(await runCommand(health, [], { ADMIN_URL: hanging }), { code: 1, stderr: /\(ABORT_ERR\)/ })
})

t.test('asks the usual listener where none is set', async (t) => {
  for (const env of [{}, { ADMIN_URL: '' }]) {
    const { stderr } = await runCommand(health, [], env)
    t.match(stderr, /^(http:\/\/127\.0\.0\.1:9090\/livez .*\n)?$/)
  }
})

t.test('refuses what it does not understand', async (t) => {
  await t.rejects(runCommand(health, ['--config', 'x']), UsageError)
  await t.rejects(runCommand(health, [], { ADMIN_URL: 'nowhere' }), UsageError)
})
