// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are part of the file
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load.ts'
import { createPolicies } from '../../src/policy/policies.ts'
import { checkProperty, oddText } from './check.ts'

const example = readFileSync(join(import.meta.dirname, '..', '..', 'config', 'gateway.yaml'), 'utf8')
const lines = example
  .replace(/^( *)# ([a-zA-Z]+: .*)$/gm, '$1$2')
  .replace('tls: { ca: "${file:/run/secrets/op-ca.pem}" }', '')
  .split('\n')
const env = { PROBE_CLIENT_SECRET: 'pr0be-s3cret-c4nary', AUTHSIGNAL_API_SECRET_KEY: 't3nant-s3cret-c4nary' }
const file = join(t.testdir({ 'logo.svg': '<svg></svg>', templates: {} }), 'gateway.yaml')

type Change = (lines: string[], at: number) => void

const odd = fc.constantFrom(
  ...[
    'null',
    '~',
    '[]',
    '{}',
    '-1',
    '1e309',
    '.nan',
    '0x10',
    '"',
    "'",
    '&a',
    '*a',
    '!!str x',
    '<<: *a',
    '---',
  ],
  ...[
    '| ',
    '>-',
    '${',
    '${X}',
    '${file:/dev/null}',
    '${PROBE_CLIENT_SECRET}',
    '${AUTHSIGNAL_API_SECRET_KEY}',
  ],
  ...[
    '__proto__',
    'constructor',
    'https://x',
    'http://[',
    '10m',
    '9999999999h',
    'enforce',
    '\u0000',
    '\ufeff',
    '\t',
  ],
)

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>((all, at) => all.splice(at, 1)),
  fc.constant<Change>((all, at) => all.splice(at, 0, all[at] ?? '')),
  fc.constantFrom(1, 2, 3, 7).map<Change>((more) => (all, at) => {
    all[at] = `${' '.repeat(more)}${all[at]}`
  }),
  fc.constant<Change>((all, at) => {
    all[at] = (all[at] ?? '').replace(/^ {2}/, '')
  }),
  fc.oneof(odd, oddText).map<Change>((text) => (all, at) => {
    all[at] = (all[at] ?? '').replace(/: .*$/, () => `: ${text}`)
  }),
  fc.oneof(odd, oddText).map<Change>((text) => (all, at) => {
    all[at] = (all[at] ?? '').replace(/\w+:/, () => `${text}:`)
  }),
  fc.tuple(fc.nat(80), fc.oneof(odd, oddText)).map<Change>(([column, text]) => (all, at) => {
    const line = all[at] ?? ''
    all[at] = line.slice(0, column) + text + line.slice(column)
  }),
)

let loaded = 0
await checkProperty(
  t,
  'a mutated configuration is a configuration or a ConfigError, and no secret is told',
  fc.property(
    fc.array(fc.tuple(fc.nat(lines.length - 1), change), { minLength: 1, maxLength: 3 }),
    (changes) => {
      const mutated = [...lines]
      for (const [at, apply] of changes) apply(mutated, at)
      writeFileSync(file, mutated.join('\n'))
      try {
        const config = loadConfig(file, env)
        loaded += 1
        // What loads can be worked with.
        createPolicies(config).ofClient('web')
        return new URL(config.publicUrl).origin === config.publicUrl
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        const told = `${error.message} ${JSON.stringify(error.problems)} ${error.stack}`
        return error.problems.length > 0 && !/s3cret-c4nary/.test(told)
      }
    },
  ),
  500,
)
t.ok(loaded > 10, `${loaded} of them loaded`)

await checkProperty(
  t,
  'so is any text',
  fc.property(fc.oneof(oddText, fc.string({ unit: 'binary', maxLength: 60 }), fc.json()), (text) => {
    writeFileSync(file, text)
    try {
      loadConfig(file, env)
      return false
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return error.problems.length > 0
    }
  }),
  200,
)
