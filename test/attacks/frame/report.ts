import { appendFileSync } from 'node:fs'

/** What became of one entry of a case. */
export interface CaseReport {
  readonly id: string
  readonly variants: number
  /** Names of the variants against which the gateway did not hold. */
  readonly fell: readonly string[]
  /** Why the case can't run yet. */
  readonly missing?: string
}

/** An id of the list of threats that is no case here. */
export interface NoCase {
  readonly id: string
  readonly reason: string
}

/** Hands a line to `npm run test:attacks`, which names a file for it; does nothing in any other test run. */
export function reportCase(report: CaseReport | NoCase): void {
  const file = process.env['ATTACKS_REPORT']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(report)}\n`)
}
