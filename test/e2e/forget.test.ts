import t, { type Test } from 'tap'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { skip } from '../lab/redis/skip.ts'
import type { World } from '../lab/world.ts'
import { askToForget } from './ask-to-forget.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectPage, expectSignedIn } from './expect.ts'
import { forgetSession, openBrowser, openWorld } from './stage.ts'

const clients = { web: { remember: '1h' }, web2: { remember: '1h' } }

async function endStepUps(t: Test, world: World): Promise<void> {
  const { web, web2 } = world
  const [phone, laptop] = [openBrowser(t), openBrowser(t)]
  for (const [browser, name] of [
    [phone, 'alice'],
    [laptop, 'alice'],
  ] as const) {
    const challenge = await signIn(browser, web, name)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    await expectSignedIn(t, browser, await startSignIn(browser, web2), web2)
  }
  const bob = openBrowser(t)
  const bobs = await passChallenge(world, bob, await signIn(bob, web, 'bob'), 'user-bob')
  await expectSignedIn(t, bob, bobs, web, 'user-bob')

  t.match(await askToForget(t, world, 'user-alice'), { status: 'forgotten', remembered: true })
  t.match(world.audit('forgotten'), [
    { subject: 'user-alice', remembered: true, support_id: /-/, ip: '127.0.0.1' },
  ])
  for (const browser of [phone, laptop]) {
    for (const client of [web2, web]) expectChallenge(t, world, await startSignIn(browser, client))
  }
  await expectSignedIn(t, bob, await startSignIn(bob, web2), web2, 'user-bob')
  const back = await startSignIn(phone, web)
  await expectSignedIn(t, phone, await passChallenge(world, phone, back), web)
  await expectSignedIn(t, phone, await startSignIn(phone, web2), web2)
}

t.test('a user is forgotten in every browser, and nobody else', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForAll], clients })
  await endStepUps(t, world)
  t.match(await askToForget(t, world, 'nobody'), { remembered: false, devices: 0, isOneInstance: true })
})

t.test('one gateway is asked, and all of one store forget', { skip }, async (t) => {
  const world = await openWorld(t, { rules: [stepUpForAll], clients, replicas: 2 })
  await endStepUps(t, world)
  t.ok(new Set(world.servedBy).size === 2, 'both served')
})

const stepUpOnNewDevices: Rule = {
  ...stepUpForAll,
  conditions: { '!': [{ var: 'device.isRemembered' }] },
}

t.test('a remembered device counts no more, nor one that is offered', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpOnNewDevices],
    clients: { web: { rememberDevice: '720h' } },
  })
  const { web, authsignal } = world
  const browser = openBrowser(t)
  const asked = await passChallenge(world, browser, await signIn(browser, web, 'alice'))
  const accepted = await browser.click(asked, 'Yes, remember it')
  await expectSignedIn(t, browser, accepted, web)
  await forgetSession(world, browser)
  await expectSignedIn(t, browser, await signIn(browser, web, 'alice'), web)

  const other = openBrowser(t)
  const offer = await passChallenge(world, other, await signIn(other, web, 'alice'))
  t.match(await askToForget(t, world, 'user-alice'), { devices: 1 })
  const [device] = authsignal.control.user('user-alice').devices.values()
  t.match(device, { rememberedUntil: undefined, invalidatedAt: Number })
  await forgetSession(world, browser)
  expectChallenge(t, world, await signIn(browser, web, 'alice'))
  expectPage(t, await other.click(offer, 'Yes, remember it'), 410, /took too long/)
  t.equal(authsignal.control.user('user-alice').devices.size, 1, 'no device is remembered after that')
})
