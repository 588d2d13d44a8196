import t from 'tap'
import type { ClientPolicy } from '../../src/config/schema/schema.ts'
import { examineClaims } from '../../src/doctor/examine-claims.ts'
import { readIdentity } from '../../src/policy/identity.ts'
import { makeConfig } from '../upstream/config.ts'

const all = { sub: 'alice', amr: ['pwd'], auth_time: 1_790_000_000, sid: 's', email: 'alice@example.com' }

function examine(
  claims: Record<string, unknown>,
  policy: Partial<ClientPolicy> = {},
  compare = ['auth_time'],
) {
  const config = makeConfig({ provider: { compare } })
  const identity = readIdentity(claims, 'sub')
  if (!identity) throw new Error('the claims name nobody')
  const web: ClientPolicy = { ...config.defaults, mode: 'enforce', clientId: 'web', ...policy }
  const off: ClientPolicy = { ...config.defaults, clientId: 'off', send: ['phone'], satisfiedByAmr: ['mfa'] }
  const clients = new Map([web, off].map((client) => [client.clientId, client]))
  const [seen, ...findings] = examineClaims({ ...config, clients }, identity)
  t.match(seen, { kind: 'fine', about: /^the ID token holds sub/ })
  t.notMatch(JSON.stringify([seen, ...findings]), /alice/)
  return findings.map((finding) => `${finding.kind}: ${finding.about}`)
}

const { amr, auth_time, ...bare } = all
const { sid, ...bareSession } = bare
const cases: [name: string, found: string[], expected: string[]][] = [
  ['all that is wanted', examine(all, { send: ['email'], remember: 1, satisfiedByAmr: ['mfa'] }), []],
  [
    'no amr',
    examine({ ...bare, auth_time }),
    ['unknown: the ID token has no amr: a rule that asks for one never fires'],
  ],
  [
    'no amr where it counts',
    examine({ ...bare, auth_time }, { satisfiedByAmr: ['mfa'] }),
    ['wrong: the ID token has no amr: satisfiedByAmr is never met'],
  ],
  ['one of sid and auth_time', examine({ ...bare, amr }, { remember: 1 }, []), []],
  [
    'neither',
    examine({ ...bareSession, amr }, { remember: 1 }, []),
    ['wrong: the ID token has no sid and no auth_time: remember has no effect'],
  ],
  [
    'a claim to compare',
    examine({ ...bare, amr }),
    ['wrong: the ID token has no auth_time: provider.compare does not compare it'],
  ],
  [
    'a claim to send',
    examine(all, { send: ['phone'] }),
    ['wrong: the ID token has no phone_number: send: phone sends nothing'],
  ],
  [
    'an address that is not verified',
    examine({ ...all, email_verified: false }, { send: ['email'] }),
    ["unknown: the ID token's email can't be used, or counts as not verified: send: email sends none"],
  ],
]
for (const [name, found, expected] of cases) t.same(found, expected, name)
