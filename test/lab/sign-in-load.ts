import type { Rule } from '../../src/stand-in/model/types.ts'
import { Browser, type Page } from './browser.ts'
import { logIn, signIn, startSignIn } from './people.ts'
import type { Rp } from './rp.ts'
import { startWorld, type World } from './world.ts'

// Sign-ins of a day as they come: for readers of the log, which need lines that the gateway itself wrote.

const ruleId = (number: number): string => `6f3c1a52-5d7e-4b0c-9a57-1f0f6d8b000${number}`
const isUser = (username: string) => ({ '==': [{ var: 'user.id' }, `user-${username}`] })

const rules: readonly Rule[] = [
  {
    ruleId: ruleId(1),
    name: 'erin is blocked',
    isActive: true,
    priority: 1,
    type: 'BLOCK',
    conditions: isUser('erin'),
  },
  {
    ruleId: ruleId(2),
    name: 'bob is trusted',
    isActive: true,
    priority: 2,
    type: 'ALLOW',
    conditions: isUser('bob'),
  },
  {
    ruleId: ruleId(3),
    name: 'all others step up while amr lacks mfa',
    isActive: true,
    priority: 3,
    type: 'CHALLENGE',
    conditions: { '!': { in: ['mfa', { var: 'custom.amr' }] } },
  },
]

/** `web` is enforced, `web2` is watched, `consenting` is enforced by other keys; `other` is off. */
const clients = {
  web: { satisfiedByAmr: ['mfa'] },
  web2: { mode: 'monitor' },
  consenting: { unenrolled: 'deny', remember: '1h' },
}

type Play = (world: World, browser: Browser) => Promise<unknown>

/** Each in a browser of its own, in this order. */
const plays: readonly Play[] = [
  async (world, browser) => pass(world, browser, await signIn(browser, world.web, 'alice'), 'alice'),
  async (world, browser) => {
    // Signed in elsewhere before: decided before the OP has answered.
    await signIn(browser, world.other, 'alice')
    await pass(world, browser, await startSignIn(browser, world.web), 'alice')
  },
  async ({ web }, browser) => browser.click(await signIn(browser, web, 'alice'), 'Cancel'),
  async ({ web }, browser) => {
    const failed = await browser.click(await signIn(browser, web, 'alice'), 'Cancel')
    await browser.click(failed, 'Back to the application')
  },
  async ({ web }, browser) => signIn(browser, web, 'alice'),
  async ({ web }, browser) => signIn(browser, web, 'dave'),
  async ({ web, web2 }, browser) => {
    await signIn(browser, web, 'bob')
    await startSignIn(browser, web2)
    await startSignIn(browser, web, 'prompt=none')
  },
  async ({ web, web2 }, browser) => {
    await signIn(browser, web2, 'alice')
    await startSignIn(browser, web, 'prompt=none')
  },
  async ({ web2 }, browser) => {
    for (const _time of [1, 2, 3]) await visit(browser, web2, 'alice')
  },
  async ({ web }, browser) => signIn(browser, web, 'erin'),
  async ({ web2 }, browser) => signIn(browser, web2, 'erin'),
  async ({ web }, browser) => signIn(browser, web, 'carol'),
  async ({ web2 }, browser) => signIn(browser, web2, 'carol'),
  async ({ consenting }, browser) => consent(browser, await signIn(browser, consenting, 'carol')),
  async (world, browser) => {
    const { consenting } = world
    await pass(world, browser, await consent(browser, await signIn(browser, consenting, 'alice')), 'alice')
    await startSignIn(browser, consenting)
  },
  async (world, browser) => {
    world.authsignal.control.fault('track', '503', 2)
    await signIn(browser, world.web, 'alice')
    world.authsignal.control.clearFaults()
  },
  async (world, browser) => {
    world.authsignal.control.fault('track', '429')
    await signIn(browser, world.web2, 'alice')
    world.authsignal.control.clearFaults()
  },
  async (world, browser) => ask(world, browser, world.web, 'code id_token'),
  async (world, browser) => ask(world, browser, world.web2, 'code id_token'),
  async (world, browser) => ask(world, browser, world.web2, 'id_token'),
  async ({ publicUrl }, browser) =>
    browser.get(`${publicUrl}/connect/authorize?client_id=web&client_id=other`),
  async ({ publicUrl }, browser) => {
    const form = { grant_type: 'client_credentials', client_id: 'web', client_secret: 'not-the-secret' }
    await browser.post(`${publicUrl}/connect/token`, form)
  },
]

/** Who watches while sign-ins are played. */
export interface Onlooker {
  begin(world: World): Promise<void>
  end(world: World): Promise<void>
}

/**
 * Plays sign-ins through a whole lab.
 *
 * @returns what the gateway wrote about each: all lines of its log, the plain ones too.
 */
export async function playSignIns(onlooker?: Onlooker): Promise<string[][]> {
  const world = await startWorld({ rules, clients })
  try {
    await world.gateway.provider.ready()
    await onlooker?.begin(world)
    const written: string[][] = []
    for (const play of plays) {
      const browser = new Browser()
      const lines = world.log.length
      await play(world, browser).finally(() => browser.close())
      written.push(world.log.slice(lines))
    }
    await onlooker?.end(world)
    return written
  } finally {
    await world.close()
  }
}

function pass(world: World, browser: Browser, challenge: Page, username: string): Promise<Page> {
  return browser.submit(challenge, { code: world.authsignal.control.newCodeFor(`user-${username}`) })
}

const consent = (browser: Browser, page: Page): Promise<Page> =>
  browser.submit(page, {}, { form: '/consent' })

/** An authorization request of a response type that the application itself never asks for. */
function ask({ publicUrl }: World, browser: Browser, rp: Rp, responseType: string): Promise<Page> {
  const query = new URLSearchParams({
    client_id: rp.clientId,
    redirect_uri: rp.redirectUri,
    response_type: responseType,
    scope: 'openid',
    nonce: 'n-0S6_WzA2Mj',
  })
  return browser.get(`${publicUrl}/connect/authorize?${query}`)
}

/** Whether or not the OP still knows who it is. */
async function visit(browser: Browser, rp: Rp, username: string): Promise<void> {
  const page = await startSignIn(browser, rp)
  if (page.body.includes('name="password"')) await logIn(browser, page, username)
}
