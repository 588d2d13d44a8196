import t, { type Test } from 'tap'
import { stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import type { Browser } from '../lab/browser.ts'
import { logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'
import { skip } from '../lab/redis/skip.ts'
import type { World, WorldOptions } from '../lab/world.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectError, expectPage, expectSignedIn } from './expect.ts'
import { meetPasskeyPerson, preparePasskeys, withPasskeys } from './passkey-person.ts'
import { forgetSession, openBrowser, openWorld } from './stage.ts'

// Three gateways on one store behind a round-robin by request, as dumb as it can be. `STEP_UP_STORE=redis
// STEP_UP_REPLICAS=3` lets any other test of a world run like this.

type Story = (t: Test, world: World, browser: Browser) => Promise<void>

const challenged: Story = async (t, world, browser) => {
  const { web } = world
  const challenge = await logIn(browser, await startSignIn(browser, web), 'alice')
  expectChallenge(t, world, challenge)
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
}

const stories: Record<string, Story> = {
  'a challenge after a login: the response is kept by one gateway and sent by another': challenged,
  'a challenge with a session at the OP: the request is driven again': async (t, world, browser) => {
    await signIn(browser, world.other, 'alice')
    const challenge = await startSignIn(browser, world.web)
    expectChallenge(t, world, challenge)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), world.web)
  },
  'a challenge that takes longer than a code lives': async (t, world, browser) => {
    const challenge = await signIn(browser, world.web, 'alice')
    world.clock.advance(2 * 60_000)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), world.web)
  },
  'a pushed request, and an answer in a page': async (t, world, browser) => {
    const challenge = await signIn(browser, world.web, 'alice', 'response_mode=form_post&via=par')
    const posting = await passChallenge(world, browser, challenge)
    await expectSignedIn(t, browser, await browser.submit(posting), world.web)
  },
  'a challenge that is cancelled': async (t, world, browser) => {
    const failed = await browser.click(await signIn(browser, world.web, 'alice'), 'Cancel')
    const back = await browser.click(failed, 'Back to the application')
    expectError(t, back, world.web, 'unmet_authentication_requirements')
  },
  'a step-up that is remembered, until the OP tells of a logout': async (t, world, browser) => {
    await challenged(t, world, browser)
    await expectSignedIn(t, browser, await startSignIn(browser, world.web), world.web)
    const client = await world.op.provider.Client.find('step-up-gateway')
    Object.assign(client ?? {}, { backchannelLogoutSessionRequired: false })
    await (
      client as unknown as { backchannelLogout(sub: string, sid: string): Promise<void> }
    ).backchannelLogout('user-alice', '')
    expectChallenge(t, world, await startSignIn(browser, world.web))
  },
  'a refresh of tokens, each of which has to be known': async (t, world, browser) => {
    await challenged(t, world, browser)
    for (let round = 0; round < 4; round++) {
      const page = await browser.post(`${world.web.url}/refresh`, {}, { from: world.web.url })
      t.equal(page.status, 200, 'refreshed', { text: page.text })
      t.equal((await readClaims(browser, world.web))['sub'], 'user-alice')
    }
  },
  'a page of the OP': async (t, world, browser) => {
    await signIn(browser, world.other, 'alice')
    const asked = await browser.navigate(`${world.publicUrl}/account`)
    expectChallenge(t, world, asked)
    const page = await passChallenge(world, browser, asked)
    t.equal(page.url, `${world.publicUrl}/account`)
  },
}

async function play(t: Test, options: WorldOptions, of: Readonly<Record<string, Story>>): Promise<void> {
  const world = await openWorld(t, { rules: [stepUpForAll], replicas: 3, ...options })
  for (const [name, story] of Object.entries(of)) {
    await t.test(name, async (t) => {
      const before = world.servedBy.length
      await story(t, world, openBrowser(t))
      const [first = 0, ...others] = world.servedBy.slice(before)
      t.ok(others.length > 1, 'several requests')
      let last = first
      for (const next of others) {
        if (next === last) t.fail('two requests in a row reached the same gateway')
        last = next
      }
    })
  }
}

const options: WorldOptions = {
  clients: { web: { remember: '1h', refreshTokens: 'released' } },
  op: { configuration: { issueRefreshToken: () => true } },
  config: { protectedPaths: [{ path: '/account' }] },
}

t.test('the gateway asks the OP', { skip }, (t) => play(t, options, stories))

t.test('the browser asks the OP', { skip }, async (t) => {
  const { 'a page of the OP': _page, ...others } = stories
  const { config: _paths, ...rest } = options
  await play(t, { ...rest, probe: { by: 'browser' } }, others)
})

t.test('a device is remembered', { skip }, (t) =>
  play(
    t,
    { clients: { web: { rememberDevice: '720h' } } },
    {
      'by another gateway than verified it': async (t, world, browser) => {
        const asked = await passChallenge(world, browser, await signIn(browser, world.web, 'alice'))
        expectPage(t, asked, 200, /remembered for 30 days/)
        await expectSignedIn(t, browser, await browser.click(asked, 'Yes, remember it'), world.web)
      },
    },
  ),
)

t.test('passkeys', { skip }, (t) =>
  play(t, withPasskeys, {
    'one is added, and signs its user in': async (t, world) => {
      preparePasskeys(world)
      const person = meetPasskeyPerson(world)
      t.teardown(person.leave)
      const { browser } = person
      await challenged(t, world, browser)
      const asked = await browser.navigate(`${world.publicUrl}/step-up/passkeys`)
      expectPage(t, await passChallenge(world, browser, asked), 200, /Passkeys/)
      t.match(await person.addPasskey(), { data: { token: 'page' } })
      await forgetSession(world, browser)
      const login = await startSignIn(browser, world.web)
      const { data } = await person.usePasskey()
      await expectSignedIn(t, browser, await person.enter(login.url, data?.token), world.web)
    },
  }),
)
