import type { Rule } from '../../../src/stand-in/model/types.ts'
import { stepUpByEmail, stepUpForWebWithoutMfa } from '../authsignal/rules.ts'

/** erin has no authenticator app: what asks her for a second factor mails her a code. */
const byEmail = stepUpByEmail({ userId: 'user-erin' }, 10)

/** Contracts asks each time, except on a device that its user lets it remember. */
const untilRemembered: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a2001',
  name: 'step up for client web2 where the device is not remembered',
  isActive: true,
  priority: 30,
  type: 'CHALLENGE',
  conditions: {
    and: [{ '==': [{ var: 'custom.client_id' }, 'web2'] }, { '!': [{ var: 'device.isRemembered' }] }],
  },
}

/** What the demo's Authsignal decides by, the first that matches; what no rule matches its action decides. */
export const demoRules: readonly Rule[] = [
  withoutMfa(byEmail),
  { ...stepUpForWebWithoutMfa, priority: 20 },
  untilRemembered,
]

/** Actions that ask for a step-up where no rule decides; the others allow. */
export const demoActions = { passkeys: 'CHALLENGE', account: 'CHALLENGE' } as const

/** The same rule, but only until a step-up that counts has added `mfa`. */
function withoutMfa(rule: Rule): Rule {
  const lacksMfa = { '!': { in: ['mfa', { var: 'custom.amr' }] } }
  return { ...rule, conditions: { and: [rule.conditions, lacksMfa] } }
}
