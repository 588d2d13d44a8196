import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAuthsignal } from '../../src/authsignal/authsignal.ts'
import { findUsualRules, readRules } from '../../src/stand-in/rules/rules-file.ts'
import { apiSecretKey, redirectUrl, startWithSdk } from './start-with-sdk.ts'

function load(t: Test, text: string, name = 'rules.yaml') {
  return readRules(join(t.testdir({ [name]: text }), name))
}

t.test('which track calls a rule matches', async (t) => {
  const cases: [rule: string, matching: object[], others: object[]][] = [
    ['', [{}, { custom: { client_id: 'web' } }], []],
    ['clientIds: [web, web2]', [{ custom: { client_id: 'web2' } }], [{}, { custom: { client_id: 'we' } }]],
    ['usernames: [alice]', [{ username: 'alice' }], [{ username: 'bob' }]],
    ['usernames: [user-1]', [{}], []],
    ['action: signIn', [{}], []],
    ['action: another', [], [{}]],
    ['lacksAmr: [mfa]', [{ custom: { amr: 'pwd' } }, {}], [{ custom: { amr: 'pwd,mfa' } }]],
    ['lacksAmr: [otp]', [{ custom: { amr: 'xotp' } }], [{ custom: { amr: 'otp' } }]],
    [
      'lacksAmr: [mfa, otp]',
      [{ custom: { amr: 'pwd' } }],
      [{ custom: { amr: 'otp' } }, { custom: { amr: 'mfa' } }],
    ],
    [
      'conditions: { "==": [{ var: custom.acr }, "1"] }',
      [{ custom: { acr: '1' } }],
      [{ custom: { acr: '2' } }],
    ],
    [
      'clientIds: [web], lacksAmr: [mfa]',
      [{ custom: { client_id: 'web', amr: '' } }],
      [{ custom: { client_id: 'web', amr: 'mfa' } }, { custom: { client_id: 'web2', amr: '' } }],
    ],
  ]
  for (const [rule, matching, others] of cases) {
    const found = load(t, `rules: [{ name: r, outcome: BLOCK${rule && `, ${rule}`} }]`)
    if (!('rules' in found)) throw new Error(`faults: ${JSON.stringify(found.problems)}`)
    const { sdk, close } = await startWithSdk({ rules: found.rules })
    for (const [attributes, state] of [
      ...matching.map((one) => [one, 'BLOCK'] as const),
      ...others.map((one) => [one, 'ALLOW'] as const),
    ])
      t.equal(
        (await sdk.track({ userId: 'user-1', action: 'signIn', attributes })).state,
        state,
        `${rule} ${JSON.stringify(attributes)}`,
      )
    await close()
  }
})

t.test('the first of the file that matches decides, and JSON will do', async (t) => {
  const rules = ['BLOCK', 'ALLOW'].map((outcome) => ({ name: outcome, outcome, methods: ['EMAIL_OTP'] }))
  t.match(load(t, JSON.stringify({ rules }), 'rules.json'), {
    rules: [
      { type: 'BLOCK', priority: 0, verificationMethods: ['EMAIL_OTP'] },
      { type: 'ALLOW', priority: 1 },
    ],
  })
})

t.test('rules have ids as at Authsignal, which the gateway logs', async (t) => {
  const found = load(t, 'rules: [{ name: a, outcome: ALLOW }, { name: b, outcome: BLOCK }]')
  if (!('rules' in found)) throw new Error('faults')
  const standIn = await startWithSdk({ rules: found.rules })
  t.teardown(standIn.close)
  const gateway = createAuthsignal({
    apiUrl: standIn.apiUrl,
    apiSecretKey,
    timeout: 10_000,
    challengeHosts: [standIn.hostedUrl],
  })
  const { ruleIds } = await gateway.track({
    userId: 'user-1',
    action: 'signIn',
    idempotencyKey: 'key-1',
    redirectUrl,
    custom: {},
  })
  t.same(
    ruleIds,
    found.rules.map(({ ruleId }) => ruleId),
  )
  t.equal(new Set(ruleIds).size, 2)
})

t.test('the file of the package', async (t) => {
  t.match(readRules(findUsualRules()), { rules: [{ type: 'CHALLENGE' }] })
  t.throws(() => findUsualRules('/'), /lacks its folder config\/rehearsal/)
})

t.test('faults are named with their place', async (t) => {
  const cases: [text: string, problems: object[]][] = [
    ['', [{ line: 1, column: 1, key: '' }]],
    ['rules: [\n', [{ line: 1 }]],
    [`rules: [{ name: \${X}y, outcome: ALLOW }]`, [{ line: 1 }]],
    [`rules: [{ name: "\${X}", outcome: ALLOW }]`, [{ key: 'rules[0].name', message: /X is not set/ }]],
    [`rules: [{ name: "\${X}", outcome: MAYBE }]`, [{ key: 'rules[0].name' }, { key: 'rules[0].outcome' }]],
    ['rules: [{ name: a }]', [{ key: 'rules[0].outcome', message: 'is missing' }]],
    [
      'rules: [{ name: a, outcome: ALLOW, clientId: web }]',
      [{ fix: 'did you mean "clientIds"?', column: 36 }],
    ],
    [
      'rules: [{ name: a, outcome: ALLOW, conditions: { "=~": [1] } }]',
      [{ key: 'rules[0].conditions', message: 'is not JsonLogic' }],
    ],
  ]
  for (const [text, problems] of cases) {
    const found = load(t, text)
    const shown = 'problems' in found ? found.problems : found
    t.match(shown, problems, text)
    if (!text.includes('}y') && 'problems' in found) t.equal(found.problems.length, problems.length)
  }
  t.match(readRules('/nowhere/rules.yaml'), { problems: [{ message: 'does not exist' }] })
})
