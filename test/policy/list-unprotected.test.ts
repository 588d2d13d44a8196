import t from 'tap'
import type { ClientPolicy } from '../../src/config/schema/schema.ts'
import { listUnprotected } from '../../src/policy/list-unprotected.ts'
import { makeConfig } from '../upstream/config.ts'

const config = makeConfig({})
type Mode = ClientPolicy['mode']

function withModes(
  clients: Record<string, Mode>,
  defaults: Mode = 'off',
  pages: Record<string, Mode> = {},
): typeof config {
  const policyOf = (mode: Mode) => ({ ...config.defaults, mode })
  return {
    ...config,
    defaults: policyOf(defaults),
    clients: new Map(Object.entries(clients).map(([id, mode]) => [id, policyOf(mode)])),
    protectedPaths: Object.entries(pages).map(([name, mode]) => ({
      name,
      path: `/${name}`,
      httpMethods: [],
      policy: policyOf(mode),
    })),
  }
}

t.test('clients', async (t) => {
  const before = withModes({ web: 'enforce', app: 'enforce', tv: 'monitor', old: 'enforce' })
  const next = withModes({ web: 'enforce', app: 'monitor', tv: 'off' })
  t.same(listUnprotected(before, next), ['client app', 'client old'])
  t.same(listUnprotected(next, before), [])
  t.same(listUnprotected(before, before), [])
})

t.test('what holds for all other clients counts', async (t) => {
  const before = withModes({ web: 'enforce' }, 'enforce')
  t.same(listUnprotected(before, withModes({}, 'enforce')), [])
  t.same(listUnprotected(before, withModes({ tv: 'off' })), ['all other clients', 'client web', 'client tv'])
})

t.test('pages', async (t) => {
  const before = withModes({}, 'off', { account: 'enforce', devices: 'enforce', help: 'monitor' })
  t.same(listUnprotected(before, withModes({}, 'off', { account: 'monitor' })), [
    'page account',
    'page devices',
  ])
  const passkeys = {} as NonNullable<typeof config.passkeys>
  t.same(listUnprotected({ ...before, passkeys }, before), ['page passkeys'])
})
