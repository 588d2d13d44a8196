/** The placeholder for the issuer's path at the start of a path, so that a preset fits every realm or tenant. */
export const issuerPlaceholder = '{issuer}'

interface IssuerPaths {
  readonly issuer: string
  readonly endpoints: object
  readonly authorizePaths: readonly string[]
  readonly tokenPaths: readonly string[]
  readonly closedPaths: readonly string[]
  readonly jsonPaths: readonly string[]
}

/** One path, with the issuer's path in place of `{issuer}`. */
export function resolveIssuerPath(issuer: string, path: string): string {
  if (!path.startsWith(issuerPlaceholder)) return path
  return new URL(issuer).pathname.replace(/\/$/, '') + path.slice(issuerPlaceholder.length)
}

/**
 * Replaces `{issuer}` by the issuer's path: `{issuer}/token` is `/realms/a/token` where the issuer is
 * `https://login.example.com/realms/a`, and `/token` where it has no path.
 */
export function resolveIssuerPaths<P extends IssuerPaths>(provider: P): P {
  const { issuer, endpoints, authorizePaths, tokenPaths, closedPaths, jsonPaths } = provider
  const resolve = (path: string) => resolveIssuerPath(issuer, path)
  return {
    ...provider,
    endpoints: Object.fromEntries(Object.entries(endpoints).map(([name, path]) => [name, resolve(path)])),
    authorizePaths: authorizePaths.map(resolve),
    tokenPaths: tokenPaths.map(resolve),
    closedPaths: closedPaths.map(resolve),
    jsonPaths: jsonPaths.map(resolve),
  }
}
