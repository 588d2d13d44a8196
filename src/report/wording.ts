import { count } from '../terminal/wording.ts'
import type { Distinct } from './distinct-count.ts'
import type { Outcome } from './outcome.ts'

/** `1 user`, `about 3,100 users`. */
export const people = ({ count: users, isExact }: Distinct): string =>
  `${isExact ? '' : 'about '}${count(users, 'user')}`

const enforced: Record<Outcome, string> = {
  released: 'no challenge needed',
  challenged: 'challenged',
  enrolled: 'asked to enrol',
  blocked: 'blocked by a rule',
  refused: 'refused',
  unknown: 'refused: user unknown',
}

const watched: Record<Outcome, string> = {
  released: 'no challenge needed',
  challenged: 'would be challenged',
  enrolled: 'would be asked to enrol',
  blocked: 'would be blocked by a rule',
  refused: 'would be refused',
  unknown: 'would be refused: user unknown',
}

/** Under `monitor` all of them went on. */
export const nameOutcome = (outcome: Outcome, mode: string): string =>
  (mode === 'enforce' ? enforced : watched)[outcome]
