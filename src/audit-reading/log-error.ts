/** A log can't be read; the message names it. */
export class LogError extends Error {
  override readonly name = 'LogError'
}
