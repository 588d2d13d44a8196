import t from 'tap'
import { describeStore, type StoreSettings, storeSchema } from '../../src/config/schema/store-schema.ts'
import { judgeForwarding, judgeInstances } from '../../src/doctor/examine-front.ts'
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

const six = (...ids: string[]): string[] =>
  Array.from({ length: 6 }, (_, index) => `${ids[index % ids.length]}`)
const shared = describeStore(storeSchema.parse('redis://127.0.0.1'))
const instances: [name: string, store: StoreSettings, answered: string[], found: object][] = [
  ['one', 'memory', six('a'), { kind: 'fine' }],
  ['two, each with a memory', 'memory', six('a', 'b'), { fix: 'run one instance only, or set store' }],
  ['two on one store', shared, six('a', 'b'), { kind: 'fine', about: '2 gateways answer, on one store' }],
  ['something else now and then', shared, six('a').slice(1), { id: 'several_instances' }],
]
for (const [name, store, answered, found] of instances) t.match(judgeInstances(store, answered), found, name)
