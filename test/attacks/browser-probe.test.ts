import type { Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { redeem } from './frame/codes.ts'
import { describe, expectNoArtefact, watchOp } from './frame/expect.ts'
import { authorizeQuery, onRealStage, patientProbe, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerOf, atHome, authorize, nextState, openBrowser, openSignedIn, pass } from './frame/visit.ts'

const openStage = onRealStage({
  probe: { by: 'browser', ...patientProbe },
  provider: { renewsSession: true },
  config: { protectedPaths: [{ path: '/account' }] },
  rules: [{ ...stepUpForWeb, conditions: undefined }],
})

const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)

function begin({ world }: RealStage): void {
  world.authsignal.control.setRules([{ ...stepUpForWeb, conditions: undefined }])
  world.clock.advance(11 * 60_000)
}

/** The session at the OP becomes somebody else's; the gateway's own cookies stay. */
async function becomeOther(stage: RealStage, browser: Browser, username: string): Promise<void> {
  const { publicUrl } = stage.world
  for (const { key, domain, path } of await browser.jar.getCookies(publicUrl))
    if (!key.startsWith('step-up')) await browser.jar.store.removeCookie(domain ?? '', path ?? '', key)
  for (const pair of (await stage.cookiesOf(username)).split('; '))
    if (!pair.startsWith('step-up')) await browser.jar.setCookie(`${pair}; Path=/`, publicUrl)
}

/** Where an answer leads, as a URL. */
const nextOf = ({ world }: RealStage, page: Page): URL =>
  new URL(String(page.headers['location']), world.publicUrl)

const step = (browser: Browser, url: URL | string): Promise<Page> => browser.navigate(url, { follow: false })

/** A browser in which bob is signed in and was stepped up for the account page. */
async function openVerified(t: Test, stage: RealStage): Promise<Browser> {
  const browser = await openSignedIn(t, stage, 'bob')
  const account = `${stage.world.publicUrl}/account`
  const page = await pass(stage, browser, await browser.navigate(account, atHome(stage.world)), 'user-bob')
  t.match([page.status, page.text], [200, /Username bob/])
  return browser
}

runAttacks('an identity that the browser brings', openStage, (attack) => {
  attack('S-01', 'bob answers for the response of alice', { 'by his own session': {} }, async (t, stage) => {
    begin(stage)
    const { world } = stage
    // The attacker is bob, who passes as himself, and knows the password of alice.
    const browser = openBrowser(t)
    const login = await authorize(stage, browser, world.web)
    const stopBefore = ({ searchParams }: URL) => searchParams.get('client_id') === 'step-up-gateway'
    const fields = { username: 'alice', password: 'alice' }
    const held = await browser.submit(login, fields, { form: '/login', stopBefore })
    await becomeOther(stage, browser, 'bob')
    const challenge = await browser.navigate(nextOf(stage, held), atHome(world))
    t.ok(isChallenge(challenge), 'bob is challenged', { page: challenge.url })
    const end = await pass(stage, browser, challenge, 'user-bob')
    const code = answerOf(stage, end).get('code') ?? ''
    const answer = await redeem(world, world.web, code)
    t.equal(answer.status, 400, 'the code of alice is worth nothing', { answer: describe(answer) })
    expectNoArtefact(t, answer)
  })
  attack(
    'S-01',
    'a page of alice by the answer for bob',
    {
      'her session after his answer': async (stage: RealStage, browser: Browser) => {
        await browser.navigate(`${stage.world.publicUrl}/account`)
        await becomeOther(stage, browser, 'alice')
      },
      'two answers to one question': async (stage: RealStage, browser: Browser) => {
        stage.world.clock.advance(6 * 60_000)
        const question = nextOf(stage, await step(browser, `${stage.world.publicUrl}/account`))
        const ofBob = nextOf(stage, await step(browser, question))
        await becomeOther(stage, browser, 'alice')
        await step(browser, question)
        await step(browser, ofBob)
      },
      'her session while his question is under way': async (stage: RealStage, browser: Browser) => {
        stage.world.clock.advance(6 * 60_000)
        const question = nextOf(stage, await step(browser, `${stage.world.publicUrl}/account`))
        const ofBob = nextOf(stage, await step(browser, question))
        await becomeOther(stage, browser, 'alice')
        await step(browser, ofBob)
      },
    },
    async (t, stage, deceive) => {
      begin(stage)
      const browser = await openVerified(t, stage)
      await deceive(stage, browser)
      const op = watchOp(stage.world.op.requests)
      const page = await step(browser, `${stage.world.publicUrl}/account`)
      t.ok([303, 403].includes(page.status), 'is asked anew, or refused', { page: [page.status, page.text] })
      t.same(op.seen(), [])
      t.notMatch(page.text, /Username alice/)
    },
  )
  attack('S-01', 'the answer to a request in another session', { 'of alice': {} }, async (t, stage) => {
    begin(stage)
    const { world } = stage
    const browser = await openSignedIn(t, stage, 'bob')
    const query = authorizeQuery(world.web, { state: nextState() })
    const target = `${world.publicUrl}/connect/authorize?${query}`
    world.authsignal.control.setRules([])
    const question = nextOf(stage, await step(browser, target))
    t.equal(nextOf(stage, await step(browser, nextOf(stage, await step(browser, question)))).href, target)
    await becomeOther(stage, browser, 'alice')
    const again = nextOf(stage, await step(browser, target))
    t.equal(again.searchParams.get('client_id'), 'step-up-gateway', 'who alice is has to be asked')
  })
  attack('S-01', 'one answer for two requests', { 'the same request twice': {} }, async (t, stage) => {
    begin(stage)
    const { world } = stage
    const browser = await openSignedIn(t, stage, 'bob')
    const query = authorizeQuery(world.web, { state: nextState() })
    const target = `${world.publicUrl}/connect/authorize?${query}`
    world.authsignal.control.setRules([])
    const end = await browser.navigate(target, atHome(world))
    t.ok(answerOf(stage, end).has('code'))
    const again = nextOf(stage, await step(browser, target))
    t.equal(again.searchParams.get('client_id'), 'step-up-gateway')
  })
  attack('O-01', 'a page whose path begins like a host', { 'two slashes': {} }, async (t, stage) => {
    begin(stage)
    const { publicUrl } = stage.world
    const browser = await openSignedIn(t, stage, 'bob')
    const question = nextOf(stage, await step(browser, `${publicUrl}//account/evil.example`))
    t.equal(question.searchParams.get('client_id'), 'step-up-gateway')
    const end = await step(browser, nextOf(stage, await step(browser, question)))
    t.equal(end.headers['location'], `${publicUrl}//account/evil.example`)
  })
  attack(
    'S-06',
    'an answer in another browser than the one that was sent with the question',
    { 'of the victim': {} },
    async (t, stage) => {
      begin(stage)
      const { world } = stage
      const mallory = await openSignedIn(t, stage, 'bob')
      const query = authorizeQuery(world.web, { state: nextState() })
      const question = nextOf(stage, await step(mallory, `${world.publicUrl}/connect/authorize?${query}`))
      const alice = await openSignedIn(t, stage, 'alice')
      const back = nextOf(stage, await step(alice, question))
      t.ok(back.searchParams.has('code'))
      stage.secrets.add(back.searchParams.get('code') ?? '')
      for (const browser of [alice, openBrowser(t)]) {
        const page = await step(browser, back)
        t.equal(page.status, 400, 'is refused', { page: [page.status, page.text] })
      }
      t.equal((await step(mallory, back)).status, 303)
      const asked = nextOf(stage, await step(mallory, `${world.publicUrl}/connect/authorize?${query}`))
      t.equal(asked.searchParams.get('client_id'), 'step-up-gateway', 'the answer of alice is none of his')
    },
  )
  attack(
    'S-06',
    'the gateway’s own client in other requests than its questions',
    {
      'another response type': { response_type: 'code id_token' },
      'another response mode': { response_mode: 'fragment' },
      'an address of another client': { redirect_uri: '' },
      'a state of no question': { state: 'made up' },
      'no state': { state: null },
      'a request object': { request: 'e30.e30.' },
    },
    async (t, stage, more: Readonly<Record<string, string | null>>) => {
      begin(stage)
      const { world } = stage
      const browser = await openSignedIn(t, stage, 'alice')
      const query = authorizeQuery(world.web, { state: nextState() })
      const question = nextOf(stage, await step(browser, `${world.publicUrl}/connect/authorize?${query}`))
      for (const [name, value] of Object.entries(more))
        if (value === null) question.searchParams.delete(name)
        else question.searchParams.set(name, value || world.web.redirectUri)
      const end = await browser.navigate(question, atHome(world))
      t.notOk(end.url.startsWith(world.web.url))
      t.notMatch(`${end.headers['location']}`, /id_token|access_token/)
    },
  )
  attack(
    'D-02',
    'a question that is asked in circles',
    { 'a session that changes each time': {} },
    async (t, stage) => {
      begin(stage)
      const { world } = stage
      const browser = await openSignedIn(t, stage, 'bob')
      const target = `${world.publicUrl}/connect/authorize?${authorizeQuery(world.web, { state: nextState() })}`
      const leadsOf = async (url: string) =>
        nextOf(stage, await step(browser, url)).searchParams.get('client_id')
      for (let time = 0; time < 4; time++) t.equal(await leadsOf(target), 'step-up-gateway')
      const op = watchOp(world.op.requests)
      await step(browser, target)
      t.match(op.seen(), ['GET /connect/authorize'], 'the request goes on, and its response is judged')
      const account = `${world.publicUrl}/account`
      for (let time = 0; time < 4; time++) t.equal(await leadsOf(account), 'step-up-gateway')
      t.equal((await step(browser, account)).status, 403)
    },
  )
})

runAttacks(
  'questions that a session may cause',
  onRealStage({ probe: { by: 'browser', perSession: 3, perAddress: 1000 } }),
  (attack) => {
    attack('D-02', 'a session that asks again and again', { 'with other requests': {} }, async (t, stage) => {
      const { world } = stage
      const browser = await openSignedIn(t, stage, 'bob')
      const ask = async () => {
        const query = authorizeQuery(world.web, { state: nextState() })
        const page = await step(browser, `${world.publicUrl}/connect/authorize?${query}`)
        return nextOf(stage, page).searchParams.get('client_id')
      }
      for (let time = 0; time < 3; time++) t.equal(await ask(), 'step-up-gateway')
      const op = watchOp(world.op.requests)
      await ask()
      t.match(op.seen(), ['GET /connect/authorize'], 'the request goes on')
    })
  },
)
