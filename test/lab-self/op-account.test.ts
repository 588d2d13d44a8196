import t, { type Test } from 'tap'
import { Browser } from '../lab/browser.ts'
import { startDirectWorld } from '../lab/direct-world.ts'
import { LAB_USERS } from '../lab/op-world.ts'
import { readClaims, signIn, startSignIn } from '../lab/people.ts'

async function open(t: Test) {
  const world = await startDirectWorld()
  const browser = new Browser()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  return { ...world, browser, address: `${world.op.url}/account` }
}

t.test('the account page is for who is signed in', async (t) => {
  const { browser, op, address } = await open(t)
  const page = await browser.navigate(address)
  t.equal(page.status, 403)
  t.match(page.text, /Nobody is signed in/)
  const sent = await browser.post(address, { name: 'Mallory' }, { from: op.url })
  t.equal(sent.status, 403)
  t.same(op.users, LAB_USERS)
})

t.test('it changes the name that applications get', async (t) => {
  const { browser, web, op, address } = await open(t)
  await signIn(browser, web, 'alice')
  const page = await browser.navigate(address)
  t.equal(page.status, 200)
  t.match(page.text, /Your account Username alice Email address alice@example.com/)
  t.match(page.headers, { 'cache-control': 'no-store', 'content-security-policy': "form-action 'self'" })

  const saved = await browser.submit(page, { name: ' A. "<b>" Archer ' })
  t.equal(saved.url, address)
  t.match(saved.hops, [
    { method: 'POST', status: 303 },
    { method: 'GET', status: 200 },
  ])
  t.match(saved.text, /Saved\./)
  t.notMatch((await browser.get(address)).text, /Saved\./, 'it says so once')
  t.notMatch(saved.body, '<b>')
  t.match(op.users[0], { sub: 'user-alice', name: 'A. "<b>" Archer' })
  t.equal(LAB_USERS[0]?.name, 'Alice Archer', 'in this OP only')
  await startSignIn(browser, web)
  t.match(await readClaims(browser, web), { name: 'A. "<b>" Archer' })
})

t.test('what changes nothing', async (t) => {
  const { browser, web, op, address } = await open(t)
  await signIn(browser, web, 'alice')
  for (const [name, from, status] of [
    [' ', op.url, 400],
    ['x'.repeat(61), op.url, 400],
    ['Mallory', 'https://evil.example', 403],
  ] as const) {
    t.equal((await browser.post(address, { name }, { from })).status, status)
  }
  t.same(op.users, LAB_USERS)
  t.equal((await browser.get(`${address}/other`)).status, 404)
})
