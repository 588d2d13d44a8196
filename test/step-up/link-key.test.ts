import t from 'tap'
import { isLinkKey, linkKeyOf } from '../../src/step-up/link-key.ts'

t.test('a link is of one step-up on a page of one browser', async (t) => {
  const key = linkKeyOf('id', 'browser')
  t.match(key, /^[\w-]{43}$/)
  t.equal(isLinkKey(key, 'id', 'browser'), true)
  const others = [
    ['', 'id', 'browser'],
    ['id', 'id', 'browser'],
    [key.slice(1), 'id', 'browser'],
    [key, 'other', 'browser'],
    [key, 'id', 'other'],
    [linkKeyOf('id', undefined), 'id', 'browser'],
  ] as const
  for (const [given, id, browser] of others) t.equal(isLinkKey(given, id, browser), false, given)
})
