import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { LogError } from '../../src/audit-reading/log-error.ts'
import { type Command, UsageError } from '../../src/commands/command.ts'
import { explain } from '../../src/commands/explain.ts'
import { replay } from '../../src/commands/replay.ts'
import { report } from '../../src/commands/report.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { decision, released } from '../audit-reading/lines.ts'
import { runCommand } from './run.ts'

const lines = [
  decision({ support_id: 's-1' }),
  '{"level":30,"msg":"plain"}',
  '{"audit":"cut',
  released({ support_id: 's-1' }),
  '',
].join('\n')
const folder = t.testdir({
  'audit.jsonl': lines,
  'plain.jsonl': '{"level":30,"msg":"plain"}\n',
  'gateway.yaml': `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
clients: { web: { mode: enforce, redirectUris: ["https://web.example/cb"], satisfiedByAmr: [pwd] } }
`,
})
const at = (name: string): string => join(folder, name)
const [log, plain, config] = [at('audit.jsonl'), at('plain.jsonl'), at('gateway.yaml')]
writeFileSync(at('packed'), gzipSync(lines))
const piped = (text: string | Buffer) => Readable.from([Buffer.from(text)])
const terminal = Object.assign(piped(''), { isTTY: true })

t.test('report: files, gzip and what is piped in say the same', async (t) => {
  const { code, stdout, stderr } = await runCommand(report, [log])
  t.equal(code, 0)
  t.match(
    stdout,
    /^2 audit lines from .*\n1 user\nskipped 1 broken line: .*\n\nweb: enforce \(gateway.yaml:9\)\n/,
  )
  t.equal(stderr, '')
  t.equal((await runCommand(report, [at('packed')])).stdout, stdout)
  t.equal((await runCommand(report, [], {}, piped(lines))).stdout, stdout)
  t.equal((await runCommand(report, [], {}, piped(gzipSync(lines)))).stdout, stdout)
  t.match((await runCommand(report, [log, at('packed')])).stdout, /^4 audit lines/)
})

t.test('report: other forms', async (t) => {
  const json = JSON.parse((await runCommand(report, ['--json', log])).stdout)
  t.match(json, {
    lines: { audit: 2, plain: 1, broken: 1 },
    clients: [{ name: 'web', signIns: 1, released: 1 }],
  })
  t.match((await runCommand(report, [log, '--html'])).stdout, /<!doctype html>/)
})

t.test('replay', async (t) => {
  const { code, stdout } = await runCommand(replay, ['--config', config, log])
  t.equal(code, 0)
  t.match(
    stdout,
    /\nweb: enforce\n {2}1 {2}release: no_challenge_needed {2}-> {2}release: satisfied_by_amr\n/,
  )
  t.equal((await runCommand(replay, [`--config=${config}`], {}, piped(lines))).stdout, stdout)
  const json = JSON.parse((await runCommand(replay, ['--json', '--config', config, log])).stdout)
  t.match(json, { clients: [{ name: 'web', changes: [{ count: 1 }] }] })
})

t.test('explain: one sign-in', async (t) => {
  const { code, stdout } = await runCommand(explain, ['s-1', plain, log])
  t.equal(code, 0)
  t.match(stdout, /sign-in at web\n[\s\S]*\nended: the client got its answer/)
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('step-up-'))
  for (const input of [lines, gzipSync(lines)])
    t.equal((await runCommand(explain, ['s-1'], {}, piped(input))).stdout, stdout)
  const left = readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, 'piped')))
  t.same(
    left.filter((name) => !before.includes(name)),
    [],
    'nothing stays',
  )
})

t.test('explain: a sign-in that nobody has made', async (t) => {
  const supposed = ['--config', config, '--client', 'web']
  const satisfied = await runCommand(explain, [...supposed, '--amr', 'pwd,otp', '--scope', 'openid email'])
  t.match(satisfied.stdout, /^web: mode enforce[\s\S]*\nrelease \(satisfied_by_amr\)/)
  const asked = await runCommand(explain, [
    ...supposed,
    ...['--acr', 'a', '--acr-values', 'b', '--prompt', 'none', '--redirect-uri', 'https://web.example/cb'],
    ...['--proof', 'PASSKEY:20m', '--response-type', 'code', '--state', 'ALLOW', '--not-enrolled'],
  ])
  t.match(
    asked.stdout,
    /scope +openid\n[\s\S]*seconds_since_step_up +1200[\s\S]*ALLOW, not enrolled +deny \(prompt_none\)/,
  )
  t.match((await runCommand(explain, [...supposed, '--enrolled'])).stdout, /ALLOW, enrolled/)
  t.match(
    (await runCommand(explain, ['--config', config, '--page', '/x'])).stdout,
    /^page \/x: not protected/,
  )
})

t.test('a log without what is looked for', async (t) => {
  const cases: [command: Command, args: string[], words: RegExp][] = [
    [report, [plain], /^no audit lines: is this the log of/],
    [replay, ['--config', config, plain], /^no audit lines: is this the log of/],
    [explain, ['s-1', plain], /^no audit line has the id s-1\nno audit lines/],
    [explain, ['web', log], /^no audit line has the id web\nskipped 1 broken line: [^\n]*\n$/],
    [
      explain,
      ['absent-from-it', log],
      /^no audit line has the id absent-from-it\nskipped 1 broken line: [^\n]*\n$/,
    ],
    [explain, ['s-\u009b2', log], /^no audit line has the id s-\?2\n/],
  ]
  for (const [command, args, words] of cases) {
    const { code, stdout, stderr } = await runCommand(command, args)
    t.match({ code, stdout, stderr }, { code: 1, stdout: '', stderr: words })
  }
})

t.test('what makes no sense', async (t) => {
  const cases: [command: Command, args: string[], error: { readonly name: string }][] = [
    [report, ['--xml', log], UsageError],
    [report, [], UsageError],
    [report, [at('none')], LogError],
    [replay, [log], UsageError],
    [replay, ['--config', at('none'), log], ConfigError],
    [explain, [], UsageError],
    [explain, ['s-1'], UsageError],
    [explain, ['s-1', log, '--client', 'web'], UsageError],
    [explain, ['s-1', '--config', config], UsageError],
    [explain, ['--config', config], UsageError],
    [explain, ['--config', config, '--client', 'web', '--page', '/x'], UsageError],
    [explain, ['--config', config, '--client', 'web', '--proof', 'PASSKEY'], UsageError],
    [explain, ['--config', config, '--client', 'web', '--proof', 'PASSKEY:soon'], UsageError],
    [explain, ['--config', config, '--client', 'web', '--state', 'MAYBE'], UsageError],
  ]
  for (const [command, args, error] of cases)
    await t.rejects(runCommand(command, args, {}, terminal), { name: error.name }, args.join(' '))
})
