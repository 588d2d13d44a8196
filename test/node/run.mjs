import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { runTap } from '../tap.mjs'
import versions from './versions.json' with { type: 'json' }

// npm run test:node: a quick part of the tests, and a sign-in through the built gateway, on each Node of versions.json.
// Names of versions as arguments: only those.
const files = [
  'test/node/built.test.ts',
  'test/http/cookies.test.ts',
  'test/oauth/parameters.test.ts',
  'test/policy/decide.test.ts',
  'test/e2e/step-up.test.ts',
]
const named = process.argv.slice(2)
const install = join(import.meta.dirname, 'install.sh')
process.exitCode = 0

for (const version of named.length > 0 ? named.map((name) => versions[name]) : Object.values(versions)) {
  const startedAt = performance.now()
  const folder = execFileSync('bash', [install, version], { encoding: 'utf8' }).trim()
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, EXPECTED_NODE: `v${version}` }
  const { status } = runTap(['--disable-coverage', '--reporter=min', ...files], { env })
  if (status !== 0) process.exitCode = 1
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  process.stdout.write(`Node ${version}: ${status === 0 ? 'passed' : 'failed'}; ${seconds} s\n`)
}
