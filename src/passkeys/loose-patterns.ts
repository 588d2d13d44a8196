import { readOtherwise, restsBehindScripts, scriptAliases } from '../http/path-readings.ts'
import { remember } from '../http/remembered.ts'
import { loosenPath, type Target } from '../http/target.ts'
import { createIsLoginPath } from './login-page/login-paths.ts'

/**
 * Whether a lenient server could take a target for one of these paths.
 *
 * @param patterns paths in which a `*` stands for one segment.
 */
export function createCouldBe(patterns: readonly string[]): (target: Target) => boolean {
  const isOne = createIsLoginPath(
    patterns.flatMap((pattern) => [
      ...[loosenPath(pattern), ...scriptAliases(pattern)],
      ...restsBehindScripts(pattern),
    ]),
  )
  const couldBe = remember(
    (path) =>
      isOne(loosenPath(path)) ||
      // guard: jwt-path-readings
      readOtherwise(path).some((reading) => reading.starts.some((start) => isOne(reading.path.slice(start)))),
  )
  return ({ path }) => couldBe(path)
}
