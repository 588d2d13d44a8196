import t from 'tap'
import { hashOf } from '../src/hash.ts'

t.test('a hash tells lists of parts apart, absent parts included', (t) => {
  const hashes = [['a', 'b'], ['ab'], ['a', 'b', ''], ['a', undefined, 'b'], ['a,b'], []].map((parts) =>
    hashOf(...parts),
  )
  t.equal(new Set(hashes).size, hashes.length)
  t.end()
})
