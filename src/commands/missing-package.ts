/** A package that this installation left out. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError'
}

/** What to throw for a failed import: where an optional package is not installed, an error that says so. */
export function explainMissingPackage(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return error
  return new MissingPackageError(
    'rehearse needs packages that this installation left out: install it without --omit=optional',
    { cause: error },
  )
}
