import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
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
