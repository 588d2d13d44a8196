import { createIsLoginPath } from './login-paths.ts'
import { readOtherwise, scriptAliases } from './loose-path.ts'
import { loosenPath, type Target } from './target.ts'

/**
 * Whether a lenient server could take a target for one of these paths.
 *
 * @param patterns paths in which a `*` stands for one segment.
 */
export function createCouldBe(patterns: readonly string[]): (target: Target) => boolean {
  const isOne = createIsLoginPath(
    patterns.flatMap((pattern) => [loosenPath(pattern), ...scriptAliases(pattern)]),
  )
  return ({ path, loosePath }) => [loosePath, ...readOtherwise(path)].some(isOne)
}
