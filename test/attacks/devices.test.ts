import type { Test } from 'tap'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { forgetSession } from '../e2e/stage.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { onRealStage, patient, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { authorize, openBrowser, openSignedIn, pass } from './frame/visit.ts'

const unlessRemembered: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0012',
  name: 'challenge every device that is not remembered',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
  conditions: { '!': [{ var: 'device.isRemembered' }] },
}

const chosen = '0badc0de-557a-4c0f-9a5e-9b110d6c3a0f'
const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)
const yes = 'Yes, remember it'

const name = (browser: Browser, { world }: RealStage, id: string, cookie = 'step-up-device') =>
  browser.jar.setCookie(`${cookie}=${id}; Path=/`, world.publicUrl)
const nameOf = (browser: Browser, { world }: RealStage) => browser.cookie(world.publicUrl, 'step-up-device')

/** The link to the challenge page of a step-up that a browser opens and does not go to. */
async function openStepUp({ world }: RealStage, browser: Browser, query: string): Promise<string> {
  const stopBefore = ({ pathname }: URL) => pathname.startsWith('/step-up/challenge/')
  const page = await browser.navigate(`${world.publicUrl}${query}`, { stopBefore })
  return new URL(String(page.headers['location']), world.publicUrl).href
}

type FollowedLink = (browser: Browser, links: { yes: string; no: string }, stage: RealStage) => unknown

/** Signs somebody in at the protected application and says yes to "remember this device?". */
async function remember(t: Test, stage: RealStage, browser: Browser, userId: string): Promise<Page> {
  const asked = await pass(stage, browser, await authorize(stage, browser, stage.world.web), userId)
  t.match(asked.text, /remembered for 30 days/)
  const visit = { stopBefore: ({ origin }: URL) => origin !== stage.world.publicUrl }
  return browser.click(asked, yes, visit)
}

async function expectChallenged(t: Test, stage: RealStage, browser: Browser): Promise<void> {
  const page = await authorize(stage, browser, stage.world.web)
  t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url] })
}

const open = onRealStage({
  rules: [unlessRemembered],
  config: { stepUp: patient },
  clients: { web: { rememberDevice: '720h' } },
})

runAttacks('devices that are remembered', open, (attack) => {
  attack(
    'K-16',
    'whoever opens a step-up chooses the name under which another browser is remembered',
    {
      'on their own account': { account: 'bob' },
      'with the password of alice': { account: 'alice' },
      'by the cookie that Authsignal reads': { account: 'bob', cookie: '__as_aid' },
      'by both cookies': { account: 'alice', cookie: 'both' },
      'and alice goes on in a step-up of her own': { account: 'bob', twice: true },
    },
    async (t, stage, { account, cookie, twice }: { account: string; cookie?: string; twice?: boolean }) => {
      const { world } = stage
      const mallory = await openSignedIn(t, stage, account)
      const cookies = cookie === 'both' ? ['step-up-device', '__as_aid'] : [cookie ?? 'step-up-device']
      const plant = async (browser: Browser) => {
        for (const each of cookies) await name(browser, stage, chosen, each)
      }
      await plant(mallory)
      const query = new URLSearchParams({
        ...{ client_id: world.web.clientId, redirect_uri: world.web.redirectUri },
        ...{ response_type: 'code', scope: 'openid', state: 'm', nonce: 'm' },
      })
      const link = await openStepUp(stage, mallory, `/connect/authorize?${query}`)
      const alice = openBrowser(t)
      const shown = await alice.get(link)
      t.notMatch(shown.headers['set-cookie'] ?? '', 'device', 'no name is given to a browser that only looks')
      t.equal(await nameOf(alice, stage), undefined)
      if (twice)
        await alice.get(await openStepUp(stage, mallory, `/connect/authorize?${query}&prompt=consent`))
      const signedIn = await openSignedIn(t, stage, 'alice')
      for (const each of await alice.jar.getCookies(world.publicUrl))
        await signedIn.jar.setCookie(each.toString(), world.publicUrl)
      await remember(t, stage, signedIn, 'user-alice')
      t.not(await nameOf(signedIn, stage), chosen)
      const device = world.authsignal.control.user('user-alice').devices.get(chosen)
      t.equal(device?.rememberedUntil, undefined, 'the name that was chosen is remembered for nobody')
      const attacker = await openSignedIn(t, stage, 'alice')
      await plant(attacker)
      await expectChallenged(t, stage, attacker)
    },
  )
  attack(
    'K-16',
    'a name that was in the browser before is not what is remembered',
    {
      'from somebody who had the browser before': 'step-up-device',
      'tossed in as the cookie that Authsignal reads': '__as_aid',
    },
    async (t, stage, cookie) => {
      const { world } = stage
      const alice = await openSignedIn(t, stage, 'alice')
      await name(alice, stage, chosen, cookie)
      await remember(t, stage, alice, 'user-alice')
      const fresh = await nameOf(alice, stage)
      t.match(fresh, /^[0-9a-f-]{36}$/)
      t.not(fresh, chosen)
      const { devices } = world.authsignal.control.user('user-alice')
      t.equal(devices.get(chosen)?.rememberedUntil, undefined)
      t.ok(devices.get(String(fresh))?.rememberedUntil)
      const attacker = await openSignedIn(t, stage, 'alice')
      await name(attacker, stage, chosen)
      await expectChallenged(t, stage, attacker)
    },
  )
  attack(
    'K-17',
    'a remembered name that is replaced still lets somebody in',
    {
      'and Authsignal knows it': 'known',
      'and Authsignal has forgotten it': 'forgotten',
    },
    async (t, stage, how) => {
      const { control } = stage.world.authsignal
      const alice = await openSignedIn(t, stage, 'alice')
      await remember(t, stage, alice, 'user-alice')
      const old = String(await nameOf(alice, stage))
      const { devices } = control.user('user-alice')
      const device = devices.get(old)
      // The rules ask all the same, as when the time is nearly over.
      control.setRules([{ ...unlessRemembered, conditions: undefined }])
      if (how === 'forgotten') devices.delete(old)
      await forgetSession(stage.world, alice)
      const again = await openSignedIn(t, stage, 'alice')
      await name(again, stage, old)
      await remember(t, stage, again, 'user-alice')
      control.setRules([unlessRemembered])
      t.not(await nameOf(again, stage), old)
      if (how === 'known') t.equal(device?.rememberedUntil, undefined)
      const thief = await openSignedIn(t, stage, 'alice')
      await name(thief, stage, old)
      await expectChallenged(t, stage, thief)
    },
  )
  attack(
    'K-17',
    'a name is set only where the user said yes and Authsignal took it',
    {
      'on the challenge page': undefined,
      'with the question': () => undefined,
      'after a no': (browser, { no }) => browser.get(no),
      'where Authsignal fails': (browser, { yes }, { world }) => {
        world.authsignal.control.fault('device', '500', 2)
        return browser.get(yes)
      },
    } as Record<string, FollowedLink | undefined>,
    async (t, stage, follow) => {
      const alice = await openSignedIn(t, stage, 'alice')
      const challenge = await authorize(stage, alice, stage.world.web)
      if (follow) {
        const asked = await pass(stage, alice, challenge)
        await follow(alice, { yes: alice.link(asked, yes), no: alice.link(asked, 'No, continue') }, stage)
        stage.world.authsignal.control.clearFaults()
      }
      t.equal(await nameOf(alice, stage), undefined)
    },
  )
  attack(
    'K-17',
    'the link is followed once more',
    { 'in the same browser': 'same', 'in another one': 'other' },
    async (t, stage, where) => {
      const alice = await openSignedIn(t, stage, 'alice')
      const asked = await pass(stage, alice, await authorize(stage, alice, stage.world.web))
      const link = alice.link(asked, yes)
      const first = await alice.get(link)
      const named = await nameOf(alice, stage)
      const again = await (where === 'same' ? alice : openBrowser(t)).get(link)
      t.notMatch(again.headers['set-cookie'] ?? '', 'device', 'no second name, nor the first for another')
      t.equal(again.headers['location'], where === 'same' ? first.headers['location'] : undefined)
      t.equal(await nameOf(alice, stage), named)
    },
  )
})
