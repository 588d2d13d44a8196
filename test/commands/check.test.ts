import { join } from 'node:path'
import t, { type Test } from 'tap'
import { check } from '../../src/commands/check.ts'
import { UsageError } from '../../src/commands/command.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { runCommand } from './run.ts'

const base = `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
`
const uris = (name: string) => `redirectUris: ["https://${name}.example/cb"]`

const cases: [name: string, more: string, lines: string[]][] = [
  [
    'no clients',
    '',
    [
      'configuration is valid: 0 clients',
      '  all others: off',
      'note: the memory store is for one instance only',
    ],
  ],
  [
    'an enforced client',
    `clients: { web: { mode: enforce, ${uris('web')} } }`,
    [
      'configuration is valid: 1 client',
      '  web: enforce, action oidc-authorize, unenrolled enroll',
      '  all others: off',
      'note: unenrolled: enroll lets whoever holds the password enrol the first factor (web)',
      'note: the memory store is for one instance only',
    ],
  ],
  [
    'all kinds',
    `defaults: { mode: monitor, unenrolled: deny }
clients:
  a: { mode: enforce, action: sign-in, unenrolled: enroll, ${uris('a')} }
  b: { mode: monitor, unenrolled: allow, onError: allow, ${uris('b')}, clientId: "b 2" }
  c: { mode: off, unenrolled: enroll, onError: allow }
  d: { mode: enforce, unenrolled: enroll, onError: allow, ${uris('d')} }`,
    [
      'configuration is valid: 4 clients',
      '  a: enforce, action sign-in, unenrolled enroll',
      '  b 2: monitor, action oidc-authorize, unenrolled allow',
      '  c: off',
      '  d: enforce, action oidc-authorize, unenrolled enroll',
      '  all others: monitor, action oidc-authorize, unenrolled deny',
      'note: unenrolled: enroll lets whoever holds the password enrol the first factor (a, d)',
      'note: unenrolled: allow lets users without an authenticator pass (b 2)',
      'note: onError: allow lets everybody pass while Authsignal does not answer (b 2, d)',
      'note: the memory store is for one instance only',
    ],
  ],
]

for (const [name, more, lines] of cases) {
  t.test(name, async (t) => {
    const { code, stdout, stderr } = await runCommand(check, ['--config', write(t, base + more)])
    t.same(stdout.split('\n'), [...lines, ''])
    t.equal(stderr, '')
    t.equal(code, 0)
  })
}

t.test('faults are thrown', async (t) => {
  await t.rejects(runCommand(check, ['--config', write(t, '')]), ConfigError)
  await t.rejects(runCommand(check, []), UsageError)
})

function write(t: Test, text: string): string {
  return join(t.testdir({ 'gateway.yaml': text }), 'gateway.yaml')
}
