import type { Door } from '../doors/doors.ts'
import { printRemedy } from '../doors/print-doors.ts'
import { type Finding, type FindingId, wrong } from './finding.ts'

/** What `check` reports, as a finding. */
export const toFinding =
  (id: FindingId) =>
  ({ subject, meaning, remedy }: Door): Finding =>
    wrong(id, `${subject}: ${meaning}`, printRemedy(remedy))
