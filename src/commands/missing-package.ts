/** A package that this installation left out. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError'
}

/** The error of an import that failed because an optional package is not installed; undefined for any other. */
export function explainMissingPackage(error: unknown): MissingPackageError | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND')
    return undefined
  return new MissingPackageError(
    'rehearse needs packages that this installation left out: install it without --omit=optional',
    { cause: error },
  )
}
