import t from 'tap'
import { parsePrompt } from '../../src/oauth/prompt.ts'

const read: [value: string | undefined, prompts: string[]][] = [
  [undefined, []],
  ['', []],
  ['none', ['none']],
  ['login', ['login']],
  ['login consent', ['login', 'consent']],
  [' login  login ', ['login']],
  ['none none', ['none']],
  ['create', ['create']],
  ['select_account', ['select_account']],
  ['nonesuch', ['nonesuch']],
  ['urn:example:prompt', ['urn:example:prompt']],
]

for (const [value, prompts] of read) {
  t.test(`reads ${JSON.stringify(value)}`, async (t) => t.same([...parsePrompt(value)], prompts))
}

for (const value of [
  'none login',
  'login none',
  'none x',
  'NONE',
  'None',
  'Login',
  'SELECT_ACCOUNT',
  'none\tlogin',
  'none\nlogin',
  'none\u00a0login',
  'none,login',
  'none+login',
  'login;consent',
  'none|x',
  'n\u00f6ne',
  'x'.repeat(1025),
]) {
  t.test(`Q-08 refuses ${JSON.stringify(value)}`, async (t) => {
    t.throws(() => parsePrompt(value), { code: 'malformed_parameters' })
  })
}
