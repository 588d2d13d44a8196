import t from 'tap'
import { startDirectWorld } from '../lab/direct-world.ts'
import { countRedirects, signIn, startSignIn } from '../lab/people.ts'
import { expectSignedIn } from './expect.ts'
import { openBrowser, openWorld } from './stage.ts'

const direct = await startDirectWorld()
t.teardown(() => direct.close())
const guarded = await openWorld(t)

for (const [name, query] of [
  ['plain', ''],
  ['prompt=none', 'prompt=none'],
  ['max_age', 'max_age=3600'],
] as const) {
  t.test(`an allowed sign-in costs no redirect more than at the OP alone: ${name}`, async (t) => {
    const counts = []
    for (const world of [direct, guarded]) {
      const browser = openBrowser(t)
      const first = await signIn(browser, world.web, 'alice')
      await expectSignedIn(t, browser, first, world.web)
      const second = await startSignIn(browser, world.web2, query)
      await expectSignedIn(t, browser, second, world.web2)
      counts.push([countRedirects(first), countRedirects(second)])
    }
    t.same(counts[1], counts[0])
    t.same(counts[0]?.[1], 3, 'to the OP, to the callback, to the start page')
  })
}

t.test('the answers on the way are those of the OP itself', async (t) => {
  const ways = []
  for (const world of [direct, guarded]) {
    const browser = openBrowser(t)
    await signIn(browser, world.other, 'alice')
    const { hops } = await startSignIn(browser, world.web)
    ways.push(hops.map(({ method, url, status }) => `${method} ${new URL(url).pathname} ${status}`))
  }
  t.same(ways[1], ways[0])
})
