/** Whether a path is one of the OP's login page. */
export type IsLoginPath = (path: string) => boolean

/**
 * Compared byte for byte: what is done on the login page is a convenience and guards nothing.
 *
 * @param loginPaths paths in which a `*` stands for one segment.
 */
export function createIsLoginPath(loginPaths: readonly string[]): IsLoginPath {
  const exact = new Set(loginPaths.filter((path) => !path.includes('*')))
  const patterns = loginPaths
    .filter((path) => path.includes('*'))
    .map((path) => new RegExp(`^${path.split('*').map(escapePattern).join('[^/]+')}$`))
  return (path) => exact.has(path) || patterns.some((pattern) => pattern.test(path))
}

const escapePattern = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
