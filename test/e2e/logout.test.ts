import t, { type Test } from 'tap'
import { form, send } from '../attacks/frame/wire.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { logIn, signIn, startSignIn } from '../lab/people.ts'
import type { World } from '../lab/world.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

const remembering = { clients: { web: { remember: '1h' } }, rules: [stepUpForWeb] }

/** alice has stepped up in this browser, and her next sign-in needs nothing. */
async function stepUpOnce(t: Test, world: World, browser: Browser): Promise<void> {
  const challenge = await signIn(browser, world.web, 'alice')
  expectChallenge(t, world, challenge)
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), world.web)
  await expectSignedIn(t, browser, await startSignIn(browser, world.web), world.web)
}

/** What oidc-provider can do with a client that its types leave out. */
interface LogoutClient {
  backchannelLogoutSessionRequired: boolean
  backchannelLogout(sub: string, sid: string): Promise<void>
}

/** The `sid` by which the gateway's client knows the session; this OP has another one for each client. */
async function findSid({ op, publicUrl }: World, { jar }: Browser): Promise<string> {
  const cookies = await jar.getCookies(publicUrl)
  const id = cookies.find(({ key }) => key === '_session')?.value ?? ''
  const session = await op.store.adapter('Session').find(id)
  const { authorizations } = session as unknown as { authorizations: Record<string, { sid: string }> }
  return authorizations['step-up-gateway']?.sid ?? ''
}

/** The OP tells the gateway that a session has ended, or without `sid` that all of the user's have. */
async function tellLogout({ op }: World, sub: string, sid?: string): Promise<void> {
  const client = (await op.provider.Client.find('step-up-gateway')) as unknown as LogoutClient
  client.backchannelLogoutSessionRequired = sid !== undefined
  await client.backchannelLogout(sub, sid ?? '')
}

t.test('a back-channel logout', async (t) => {
  const world = await openWorld(t, remembering)
  t.test('of this session: what was shown in it is forgotten', async (t) => {
    const browser = openBrowser(t)
    await stepUpOnce(t, world, browser)
    const seen = watch(world)
    await tellLogout(world, 'user-alice', await findSid(world, browser))
    t.match(seen.audit('signed_out'), [{ channel: 'back_channel', subject: 'user-alice' }])
    expectChallenge(t, world, await startSignIn(browser, world.web))
  })

  t.test('of all her sessions', async (t) => {
    const browser = openBrowser(t)
    await stepUpOnce(t, world, browser)
    await tellLogout(world, 'user-alice')
    expectChallenge(t, world, await startSignIn(browser, world.web))
  })

  t.test('of others changes nothing', async (t) => {
    const browser = openBrowser(t)
    await stepUpOnce(t, world, browser)
    await tellLogout(world, 'user-bob', 'another-session')
    await tellLogout(world, 'user-alice', 'another-session')
    await expectSignedIn(t, browser, await startSignIn(browser, world.web), world.web)
  })
})

t.test('the address for back-channel logouts takes nothing else', async (t) => {
  const world = await openWorld(t, remembering)
  const browser = openBrowser(t)
  await stepUpOnce(t, world, browser)
  const idToken = world.web.signIns.at(-1)?.tokens.id_token ?? ''
  const target = '/step-up/backchannel-logout'
  const requests: [name: string, status: number, request: Omit<Parameters<typeof send>[1], 'target'>][] = [
    ['no token', 400, { method: 'POST', headers: [form], body: '' }],
    ['no JWT', 400, { method: 'POST', headers: [form], body: 'logout_token=x' }],
    ['an ID token', 400, { method: 'POST', headers: [form], body: `logout_token=${idToken}` }],
    ['two tokens', 400, { method: 'POST', headers: [form], body: 'logout_token=a&logout_token=b' }],
    ['JSON', 415, { method: 'POST', headers: ['Content-Type: application/json'], body: '{}' }],
    ['no form', 415, { method: 'POST', headers: [], body: 'logout_token=x' }],
    ['GET', 404, { method: 'GET', headers: ['Accept: text/html'] }],
  ]
  for (const [name, status, request] of requests) {
    const answer = await send(world.publicUrl, { ...request, target })
    t.equal(answer.status, status, name)
    t.equal(answer.headers['cache-control'], 'no-store')
  }
  await expectSignedIn(t, browser, await startSignIn(browser, world.web), world.web)
})

t.test('a logout at the OP', async (t) => {
  const world = await openWorld(t, remembering)
  const startLogout = (browser: Browser): Promise<Page> =>
    browser.navigate(`${world.web.url}/logout?everywhere=1`)

  t.test('that is confirmed: what was shown is forgotten', async (t) => {
    const browser = openBrowser(t)
    await stepUpOnce(t, world, browser)
    const seen = watch(world)
    await browser.submit(await startLogout(browser), {}, { button: 'yes' })
    t.match(seen.audit('signed_out'), [{ channel: 'back_channel' }, { channel: 'front_channel' }])
    expectChallenge(t, world, await logIn(browser, await startSignIn(browser, world.web), 'alice'))
  })

  t.test('that is only begun: nothing is forgotten', async (t) => {
    const browser = openBrowser(t)
    await stepUpOnce(t, world, browser)
    const seen = watch(world)
    let probes = 0
    world.op.provider.on('grant.success', () => {
      probes += 1
    })
    await startLogout(browser)
    t.same(seen.audit('signed_out'), [])
    t.equal(probes, 0, 'and no probe comes between the question and its answer')
    await expectSignedIn(t, browser, await startSignIn(browser, world.web), world.web)
  })
})
