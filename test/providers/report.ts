import { appendFileSync } from 'node:fs'

/** What became of one cell of the matrix. */
export interface Cell {
  readonly provider: string
  readonly application: string
  readonly scenario: string
  readonly result: 'held' | 'failed' | 'skipped'
  /** Why a cell was not played. */
  readonly reason?: string
}

/** How long all cells of one OP took together. */
export interface Duration {
  readonly provider: string
  readonly seconds: number
}

/** How many answers were compared with and without the gateway, and how many of them were equal. */
export interface Equality {
  readonly provider: string
  readonly requests: number
  readonly equal: number
  /** Those that have to differ. */
  readonly different: number
}

/** Hands a line to `npm run test:providers`, which names a file for it; does nothing in any other run. */
export function report(line: Cell | Duration | Equality): void {
  const file = process.env['PROVIDERS_REPORT']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`)
}
