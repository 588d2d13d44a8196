import t from 'tap'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectPage, expectSignedIn } from './expect.ts'
import { forgetSession, openBrowser, openWorld } from './stage.ts'

const stepUpOnNewDevices: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0010',
  name: 'step up where the device is not remembered',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
  conditions: { '!': [{ var: 'device.isRemembered' }] },
}

t.test('remember this device', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpOnNewDevices],
    clients: { web: { rememberDevice: '720h' } },
  })
  const { web, web2, authsignal, publicUrl } = world
  const { control } = authsignal
  const offer = /remembered for 30 days/

  await t.test('yes', async (t) => {
    const browser = openBrowser(t)
    const asked = await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    expectPage(t, asked, 200, offer)
    const again = await browser.get(asked.url)
    expectPage(t, again, 200, offer)
    const remember = browser.link(asked, 'Yes, remember it')
    const ours = asked.url.replace(/return\/([^/]+)\/.*/, 'challenge/$1')
    expectPage(t, await browser.navigate(ours), 200, offer)
    await expectSignedIn(t, browser, await browser.navigate(remember), web)
    const deviceId = await browser.cookie(publicUrl, 'step-up-device')
    t.match(deviceId, /^[0-9a-f-]{36}$/)
    const device = control.user('user-alice').devices.get(String(deviceId))
    const days = ((device?.rememberedUntil ?? 0) - Date.now()) / 86_400_000
    t.ok(days > 29.9 && days <= 30, 'as long as the policy says')
    t.match(world.audit('device'), [{ subject: 'user-alice', remembered: true }])
    await forgetSession(world, browser)
    await expectSignedIn(t, browser, await signIn(browser, web, 'alice'), web)
    t.match(control.tracks.at(-1)?.attributes, { deviceId })
    expectPage(t, await browser.get(remember), 410, /You are verified already/)
    world.clock.advance(61_000)
    expectPage(t, await browser.get(remember), 410, /already been used/)
    expectPage(t, await openBrowser(t).get(remember), 400, /browser where you started/)
  })

  await t.test('no', async (t) => {
    const browser = openBrowser(t)
    const asked = await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    await expectSignedIn(t, browser, await browser.click(asked, 'No, continue'), web)
    expectPage(t, await passChallenge(world, browser, await startSignIn(browser, web)), 200, offer)
  })

  await t.test('yes, and Authsignal does not answer: the sign-in goes on', async (t) => {
    const browser = openBrowser(t)
    const asked = await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    control.fault('device', '500', 2)
    await expectSignedIn(t, browser, await browser.click(asked, 'Yes, remember it'), web)
    t.match(world.audit('device').at(-1), { remembered: false, err: { type: 'AuthsignalError' } })
  })

  await t.test('a name that somebody planted is not remembered', async (t) => {
    const browser = openBrowser(t)
    const planted = '8c1e2b7f-557a-4c0f-9a5e-9b110d6c3a0f'
    await browser.jar.setCookie(`__as_aid=${planted}; Domain=localhost`, publicUrl, { ignoreError: true })
    await browser.jar.setCookie(`__as_aid=${planted}`, publicUrl)
    const asked = await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    await expectSignedIn(t, browser, await browser.click(asked, 'Yes, remember it'), web)
    t.equal(control.user('user-alice').devices.get(planted)?.rememberedUntil, undefined)
    t.notMatch(await browser.cookie(publicUrl, 'step-up-device'), planted)
    const seen = world.op.requests.filter(({ headers }) => headers.cookie?.includes('step-up-device'))
    t.same(seen, [], 'the OP never learns of it')
  })

  await t.test('nobody is asked where the policy does not offer it', async (t) => {
    const browser = openBrowser(t)
    const challenge = await signIn(browser, web2, 'alice')
    expectChallenge(t, world, challenge)
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web2)
    t.equal(await browser.cookie(publicUrl, 'step-up-device'), undefined)
  })
})
