import type { LookupAddress } from 'node:dns'
import t from 'tap'
import { createPrivateLookup, publicAddressCode } from '../../src/http/private-lookup.ts'

type Found = {
  readonly error: NodeJS.ErrnoException | null
  readonly address: unknown
  readonly family?: number
}

function look(addresses: readonly LookupAddress[], all: boolean, fault: Error | null = null): Promise<Found> {
  const find = createPrivateLookup('it is plain', (_name, _options, done) => done(fault, [...addresses]))
  return new Promise((resolve) => {
    find('keycloak', { all }, (error, address, family) =>
      resolve({ error, address, ...(family !== undefined && { family }) }),
    )
  })
}

const one = { address: '172.18.0.3', family: 4 }
const six = { address: 'fd00::3', family: 6 }

t.test('a service name in a private network', async (t) => {
  t.match(await look([one, six], false), { error: null, address: one.address, family: 4 })
  t.match(await look([six], false), { address: six.address, family: 6 })
  t.match(await look([one, six], true), { error: null, address: [one, six] })
})

for (const address of ['203.0.113.7', '2001:db8::7', '169.254.169.254', '0.0.0.0']) {
  t.test(`a name that leads to ${address} too`, async (t) => {
    const { error } = await look([one, { address, family: address.includes(':') ? 6 : 4 }], true)
    t.match(error, {
      code: publicAddressCode,
      message: 'keycloak resolves to a public address, and it is plain',
    })
  })
}

t.test('a name that leads nowhere', async (t) => {
  t.match(await look([], false, Object.assign(new Error('no'), { code: 'ENOTFOUND' })), {
    error: { code: 'ENOTFOUND' },
  })
  t.match(await look([], true), { error: { message: 'keycloak has no address' } })
})

t.test("the system's own names", async (t) => {
  const address = await new Promise((resolve) => {
    createPrivateLookup('it is plain')('localhost', {}, (_error, address) => resolve(address))
  })
  t.match(address, /^(?:127\.0\.0\.1|::1)$/)
})
