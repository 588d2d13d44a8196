import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

const current = new AsyncLocalStorage<string>()

/** A new support id: shown on the pages of one request, and on every log line that the request causes. */
export const createSupportId = (): string => randomUUID()

/** Runs what one request causes, so that its log lines carry the id. */
export const runWithSupportId = (id: string, run: () => void): void => current.run(id, run)

/** What the logger adds to each line. */
export function describeSupportId(): { support_id?: string } {
  const id = current.getStore()
  return id === undefined ? {} : { support_id: id }
}
