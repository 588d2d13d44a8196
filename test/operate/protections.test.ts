import t from 'tap'
import { listProtections } from '../../src/operate/protections.ts'
import { makeConfig } from '../upstream/config.ts'

t.test('pages and the passkey page are listed too, and nothing that is off', async (t) => {
  const config = makeConfig({})
  const policy = { ...config.defaults, mode: 'enforce' } as const
  const { listed, others, clients, otherClients } = listProtections({
    ...config,
    clients: new Map(),
    protectedPaths: [{ name: '/account', policy } as never],
    passkeys: { tenantId: 'tenant', policy } as never,
  })
  t.match(
    listed.map(({ kind, name, mode }) => [kind, name, mode]),
    [
      ['page', '/account', 'enforce'],
      ['page', 'passkeys', 'enforce'],
    ],
  )
  t.equal(others, 0)
  t.same(clients, { enforce: 0, monitor: 0, off: 0 })
  t.equal(otherClients, 'off')
})

t.test('all other clients are listed where they are protected', async (t) => {
  const config = makeConfig({})
  const defaults = { ...config.defaults, mode: 'monitor' } as const
  t.match(listProtections({ ...config, clients: new Map(), defaults }), {
    listed: [{ kind: 'all other clients', mode: 'monitor' }],
  })
})
