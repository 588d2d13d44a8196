import t from 'tap'
import { createNames } from '../../src/metrics/about.ts'
import { makeConfig } from '../upstream/config.ts'

const { defaults } = makeConfig({})
const { describe, knows } = createNames({
  clients: new Map([['web', { ...defaults, clientId: 'web' }]]),
  protectedPaths: [{ name: '/account', policy: defaults } as never],
})

t.test('only names of the configuration become labels', async (t) => {
  t.same(describe({ client_id: 'web' }), { client_id: 'web' })
  t.same(describe({ client_id: 'invented' }), { client_id: 'other' })
  t.same(describe({ client_id: '__proto__' }), { client_id: 'other' })
  t.same(describe({ page: '/account' }), { page: '/account' })
  t.same(describe({ page: 'passkeys' }), { page: 'passkeys' })
  t.same(describe({ page: '/elsewhere' }), { page: 'other' })
  t.same(describe({}), {})
})

t.test('a series goes with its client or page', async (t) => {
  for (const labels of [
    {},
    { client_id: 'web' },
    { client_id: 'other' },
    { page: '/account' },
    { page: 'other' },
  ])
    t.ok(knows(labels))
  for (const labels of [{ client_id: 'gone' }, { page: '/gone' }]) t.notOk(knows(labels))
})
