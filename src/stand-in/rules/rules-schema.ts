import jsonLogic, { type RulesLogic } from 'json-logic-js'
import { z } from 'zod'
import type { Rule } from '../model/types.ts'

const some = z.array(z.string().min(1)).min(1)

const jsonLogicSchema = z.record(z.string(), z.unknown()).superRefine((value, context) => {
  try {
    jsonLogic.apply(value as RulesLogic, {})
  } catch {
    // It throws for an operator that it does not know.
    const params = {
      fix: 'write { "operator": [values] }, with an operator of https://jsonlogic.com/operations.html',
    }
    context.addIssue({ code: 'custom', message: 'is not JsonLogic', params })
  }
})

const ruleSchema = z.strictObject({
  name: z.string().min(1).describe('What the rule is called.'),
  outcome: z.enum(['ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK']).describe('What it decides.'),
  clientIds: some.optional().describe('The clients for which it holds.'),
  usernames: some.optional().describe('The users for whom it holds, by user name or user id.'),
  action: z.string().min(1).optional().describe('The action for which it holds.'),
  lacksAmr: some.optional().describe("It holds while the OP's amr has none of these."),
  conditions: jsonLogicSchema.optional().describe('JsonLogic that must hold besides.'),
  methods: z
    .array(z.enum(['AUTHENTICATOR_APP', 'EMAIL_OTP', 'PASSKEY']))
    .min(1)
    .optional()
    .describe('The methods to which a challenge is limited.'),
})

/** The rules file of a rehearsal. */
export const rulesSchema = z.strictObject({
  // As many as Authsignal has priorities.
  rules: z.array(ruleSchema).max(100).describe('The rules; the first that matches decides.'),
})

/** A rule of the file as the engine takes it; its place in the file is its priority. */
export function toRule(written: z.output<typeof ruleSchema>, index: number): Rule {
  const { clientIds, usernames, lacksAmr = [], conditions } = written
  const all = [
    ...(clientIds ? [isIn('custom.client_id', clientIds)] : []),
    ...(usernames ? [{ or: [isIn('user.username', usernames), isIn('user.id', usernames)] }] : []),
    // amr arrives as one string, joined by commas.
    ...lacksAmr.map((method) => ({
      '!': { in: [`,${method},`, { cat: [',', { var: 'custom.amr' }, ','] }] },
    })),
    ...(conditions ? [conditions] : []),
  ]
  return {
    // A UUID as at Authsignal, that ends with the rule's place in the file.
    ruleId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
    name: written.name,
    isActive: true,
    priority: index,
    type: written.outcome,
    ...(written.action && { actionCode: written.action }),
    ...(all.length > 0 && { conditions: { and: all } }),
    ...(written.methods && { verificationMethods: written.methods }),
  }
}

function isIn(variable: string, values: readonly string[]): Record<string, unknown> {
  return { in: [{ var: variable }, values] }
}
