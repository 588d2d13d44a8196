import { Refusal } from '../refusal.ts'

/** Why the OP could not be asked: fit for the log and for an operator, not for a page. */
export function describeFailure(error: unknown): string {
  const { code, message } = error instanceof Refusal ? error : new Refusal('internal', String(error))
  return code === 'provider_unavailable' ? message : `${code}: ${message}`
}
