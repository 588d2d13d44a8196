import t from 'tap'
import { explainReason } from '../../src/audit-reading/reasons.ts'

t.match(explainReason('prompt_none'), { meaning: /prompt=none/, todo: /interaction_required/ })
for (const reason of ['not a reason', 'constructor', undefined]) t.equal(explainReason(reason), undefined)
