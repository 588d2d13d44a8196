import t from 'tap'
import { findFix, findMeaning } from '../../src/meanings/find-meaning.ts'

t.match(findMeaning('decision', 'prompt_none'), { meaning: /prompt=none/ })
t.match(findMeaning('released', 'kept_response'), { meaning: /kept/ })
t.match(findMeaning('would_refuse', 'unknown_host'), { fix: /hosts/ })
for (const [audit, reason] of [
  ['decision', 'new'],
  ['decision', 'constructor'],
  ['decision', undefined],
  ['device', 'pass'],
] as const) {
  t.equal(findMeaning(audit, reason), undefined)
  t.equal(findFix(audit, reason), undefined)
}
t.equal(findFix('decision', 'pass'), undefined, 'nothing to do')
t.match(findFix('unknown_user', 'consent_required'), /consent/)
