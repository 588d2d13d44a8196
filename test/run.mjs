import { describeFailures, runTap, testFilesIn } from './tap.mjs'

// Runs a suite: `npm test`, `npm run test:browser`, `npm run test:all`. More arguments go to tap; if there are test
// files among them, they are run instead of the suite.
const [suite, ...more] = process.argv.slice(2)

/** The long tables, which have commands of their own, what needs programs of other people, and the tests of the lab. */
const apart = [
  'attacks',
  'browser',
  'chart',
  'container',
  'flood',
  'fuzz',
  'lab',
  'lab-self',
  'node',
  'providers',
  'rolling',
]

const suites = {
  quick: testFilesIn('test').filter((file) => !apart.some((folder) => file.startsWith(`test/${folder}/`))),
  browser: testFilesIn('test/browser'),
  // What .taprc includes. No other run holds the coverage: no suite reaches every line alone.
  all: [],
}

const coverage = suite === 'all' ? [] : ['--disable-coverage']
const files = more.some((one) => one.endsWith('.test.ts')) ? [] : suites[suite]
const startedAt = Date.now()
process.exitCode = runTap([...coverage, ...files, ...more]).status ?? 1
if (process.exitCode !== 0) process.stdout.write(`\n${describeFailures(startedAt)}\n`)
