import type { Rule } from '../../src/stand-in/model/types.ts'

/** Those whose name begins with `allowed` are not asked; all others step up. */
export const rules: readonly Rule[] = [
  {
    ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a2001',
    name: 'some are trusted',
    isActive: true,
    priority: 1,
    type: 'ALLOW',
    conditions: { in: ['allowed', { var: 'user.id' }] },
  },
  {
    ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a2002',
    name: 'all others step up',
    isActive: true,
    priority: 2,
    type: 'CHALLENGE',
  },
]
