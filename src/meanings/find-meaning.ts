import { decisionReasons, releasedReasons, stepUpReasons } from './decision-reasons.ts'
import { type Meaning, nothingToDo } from './meaning.ts'
import { refusalReasons } from './refusal-reasons.ts'
import { securityEvents } from './security-events.ts'
import { userReasons } from './user-reasons.ts'

type Table = Readonly<Record<string, Meaning>>

/** The reasons, or events, of each kind of audit line. */
const tables: ReadonlyMap<string, Table> = new Map<string, Table>([
  ['decision', decisionReasons],
  ['released', { ...decisionReasons, ...releasedReasons }],
  ['step_up', stepUpReasons],
  ['unknown_user', userReasons],
  ['refused', refusalReasons],
  ['would_refuse', refusalReasons],
  ['security', securityEvents],
])

/** What the reason, or event, of an audit line means; undefined for one that this version does not know. */
export function findMeaning(audit: string, reason: string | undefined): Meaning | undefined {
  const table = tables.get(audit)
  return table !== undefined && reason !== undefined && Object.hasOwn(table, reason)
    ? table[reason]
    : undefined
}

/** What an operator does about it; undefined where nothing is to be done. */
export const findFix = (audit: string, reason: string | undefined): string | undefined => {
  const { fix = nothingToDo } = findMeaning(audit, reason) ?? {}
  return fix === nothingToDo ? undefined : fix
}
