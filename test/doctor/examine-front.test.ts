import t from 'tap'
import { judgeForwarding } from '../../src/doctor/examine-front.ts'
import type { Forwarding } from '../../src/instance/forwarding.ts'
import { pems } from '../config/pems.ts'
import { makeConfig } from '../upstream/config.ts'

const behind = makeConfig({})
const alone = { ...behind, listen: { ...behind.listen, tls: pems.public } }
const of = (state: Forwarding['state']): Forwarding => ({
  state,
  header: 'X-Forwarded-For',
  peer: '10.0.0.1',
})

const cases: [
  name: string,
  config: typeof alone | typeof behind,
  state: Forwarding['state'],
  found: object[],
][] = [
  ['a proxy that is believed', behind, 'believed', [{ kind: 'fine' }]],
  [
    'one that is not',
    behind,
    'ignored',
    [{ id: 'forwarding_ignored', fix: 'add 10.0.0.1 to trustedProxies' }],
  ],
  [
    'one that is silent',
    behind,
    'missing',
    [{ id: 'forwarding_missing', fix: /^have it set X-Forwarded-For/ }],
  ],
  ['one that nobody knows', behind, 'none', [{ kind: 'unknown' }]],
  ['TLS ends here', alone, 'missing', []],
  ['nobody in front', alone, 'none', []],
]
for (const [name, config, state, found] of cases) {
  const findings = judgeForwarding({ config }, of(state))
  t.equal(findings.length, found.length, name)
  t.match(findings, found, name)
}
