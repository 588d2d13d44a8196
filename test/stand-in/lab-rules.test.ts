import t from 'tap'
import { createTenant, findOrCreateUser, type Tenant } from '../../src/stand-in/model/model.ts'
import { checkRules, matchRules } from '../../src/stand-in/model/rule-engine.ts'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { stepUpForWeb, stepUpForWebWithoutMfa, stepUpWithoutMfa } from '../lab/authsignal/rules.ts'

const now = () => 1_700_000_000_000

function rule(name: string, priority: number, more: Partial<Rule> = {}): Rule {
  return { ruleId: name, name, isActive: true, priority, type: 'CHALLENGE', ...more }
}

function match(tenant: Tenant, rules: readonly Rule[], custom: Record<string, string> = {}): string[] {
  tenant.rules = rules
  const user = findOrCreateUser(tenant, 'alice')
  const facts = { user, actionCode: 'signIn', custom, deviceId: 'd1', ipAddress: '192.0.2.7' }
  return matchRules(tenant, facts).map(({ name }) => name)
}

t.test('the shipped rules look at the custom data points client_id and amr', async (t) => {
  const table: [name: string, rule: Rule, custom: Record<string, string>, matches: boolean][] = [
    ['web', stepUpForWeb, { client_id: 'web' }, true],
    ['another client', stepUpForWeb, { client_id: 'web2' }, false],
    ['no client', stepUpForWeb, {}, false],
    ['one factor', stepUpWithoutMfa, { amr: 'pwd' }, true],
    ['no amr', stepUpWithoutMfa, {}, true],
    ['an empty amr', stepUpWithoutMfa, { amr: '' }, true],
    ['mfa among others', stepUpWithoutMfa, { amr: 'pwd,otp,mfa' }, false],
    ['web, one factor', stepUpForWebWithoutMfa, { client_id: 'web', amr: 'pwd' }, true],
    ['web, mfa', stepUpForWebWithoutMfa, { client_id: 'web', amr: 'pwd,mfa' }, false],
    ['another client, one factor', stepUpForWebWithoutMfa, { client_id: 'app', amr: 'pwd' }, false],
  ]
  for (const [name, shipped, custom, matches] of table)
    t.same(match(createTenant(now), [shipped], custom), matches ? [shipped.name] : [], name)
})

t.test('the rule of the lowest priority number comes first, and all that match are told', async (t) => {
  const rules = [
    rule('late', 30),
    rule('never', 1, { conditions: { '==': [1, 2] } }),
    rule('asleep', 2, { isActive: false }),
    rule('other action', 3, { actionCode: 'withdraw' }),
    rule('first', 4, { actionCode: 'signIn' }),
  ]
  t.same(match(createTenant(now), rules), ['first', 'late'])
})

t.test('the documented variables have values', async (t) => {
  const has = (name: string, value: unknown): Rule =>
    rule(name, 0, { conditions: { '===': [{ var: name }, value] } })
  const table: [name: string, value: unknown, prepare?: (tenant: Tenant) => void][] = [
    ['ip.isAnonymous', false],
    ['ip.isAnonymous', true, ({ settings }) => Object.assign(settings.ip, { isAnonymous: true })],
    ['ip.countryCode', 'NZ'],
    ['ip.countryCodeInOfacList', false],
    ['ip.impossibleTravel', false],
    ['ip.atypicalTravel', false],
    ['ip.address', '192.0.2.7'],
    ['device.id', 'd1'],
    ['device.isBot', false],
    ['device.isNew', true],
    ['device.isRemembered', false],
    ['user.hasPreviouslyVerified', false],
    ['user.id', 'alice'],
    [
      'user.email',
      'a@example.com',
      (tenant) => {
        findOrCreateUser(tenant, 'alice').attributes.email = 'a@example.com'
      },
    ],
    [
      'custom.tier',
      'gold',
      (tenant) => {
        findOrCreateUser(tenant, 'alice').attributes.custom = { tier: 'gold' }
      },
    ],
  ]
  for (const [name, value, prepare] of table) {
    const tenant = createTenant(now)
    prepare?.(tenant)
    t.same(match(tenant, [has(name, value)]), [name], `${name} is ${value}`)
    t.same(match(tenant, [has(name, 'something else')]), [], `${name} is nothing else`)
  }
})

t.test('a set of rules that the service would refuse is refused', async (t) => {
  const table: [name: string, rules: Rule[], message?: RegExp][] = [
    ['the whole range', [rule('a', 0), rule('b', 99)]],
    ['one priority in two actions', [rule('a', 5, { actionCode: 'x' }), rule('b', 5, { actionCode: 'y' })]],
    ['a shared priority', [rule('a', 5), rule('b', 5)], /"a" and "b" share priority 5/],
    ['shared with all actions', [rule('a', 5), rule('b', 5, { actionCode: 'y' })], /share priority 5/],
    ['above the range', [rule('a', 100)], /0 to 99/],
    ['below the range', [rule('a', -1)], /0 to 99/],
    ['a fraction', [rule('a', 1.5)], /0 to 99/],
  ]
  for (const [name, rules, message] of table)
    if (message === undefined) t.doesNotThrow(() => checkRules(rules), name)
    else t.throws(() => checkRules(rules), { message }, name)
})
