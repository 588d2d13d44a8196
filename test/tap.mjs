import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** tap alone runs one test file at a time on two processors. */
const jobs = Math.max(2, availableParallelism() - 1)

/**
 * Runs tap in the working directory and waits for its end.
 *
 * @param args its options and test files; none: all that .taprc includes.
 * @param options of `spawnSync`; by default the output goes where ours goes.
 */
export function runTap(args, options = {}) {
  return spawnSync('npx', ['tap', `--jobs=${jobs}`, ...args], { stdio: 'inherit', ...options })
}

/** The test files of a folder and of the folders in it; tap would run every file there. */
export function testFilesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(folder, file))
    .sort()
}

const results = '.tap/test-results'
/** Of one test file, in lines. */
const longestTold = 60

/**
 * What failed since a time, as tap wrote it down: of a long run often only the end is kept.
 *
 * @param since in milliseconds since 1970.
 * @returns the lines of TAP that say so, below the names of their files.
 */
export function describeFailures(since) {
  // tap may have ended before it ran a file.
  const files = existsSync(results) ? readdirSync(results, { recursive: true }) : []
  return files
    .filter((file) => file.endsWith('.tap') && statSync(join(results, file)).mtimeMs >= since)
    .map((file) => ({ file, failed: failuresIn(readFileSync(join(results, file), 'utf8')) }))
    .filter(({ failed }) => failed.length > 0)
    .map(({ file, failed }) => [`# ${file}`, ...failed.slice(0, longestTold)].join('\n'))
    .join('\n')
}

/** Each `not ok`, with the YAML block behind it. */
function failuresIn(text) {
  let isDiagnosis = false
  return text.split('\n').filter((line) => {
    if (/^\s*(?:not ok|Bail out)/.test(line)) return true
    if (/^\s*---$/.test(line)) isDiagnosis = true
    const isTold = isDiagnosis
    if (/^\s*\.\.\.$/.test(line)) isDiagnosis = false
    return isTold
  })
}
