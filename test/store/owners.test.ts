import t from 'tap'
import { ownedBy, ownedByGrant, sentFrom } from '../../src/store/owners.ts'

t.test('users are told apart, and from strangers of any name', async (t) => {
  t.same(ownedBy('alice'), { kind: 'user', name: 'alice' })
  t.equal(sentFrom('alice').kind, 'stranger')
})

t.test('grants are told apart by user and client', async (t) => {
  const names = [
    ownedByGrant('alice', 'web'),
    ownedByGrant('alice', 'app'),
    ownedByGrant('bob', 'web'),
    ownedByGrant('web', 'alice'),
  ].map(({ name }) => name)
  t.equal(new Set(names).size, 4)
})

t.test('a network of IPv6 is one sender', async (t) => {
  t.same(sentFrom('2001:db8::1'), sentFrom('2001:db8::2'))
  t.notSame(sentFrom('2001:db8::1'), sentFrom('2001:db8:0:1::1'))
  t.notSame(sentFrom('192.0.2.1', 'web'), sentFrom('192.0.2.1', 'app'))
})
