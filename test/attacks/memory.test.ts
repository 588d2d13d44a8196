import type { Test } from 'tap'
import { boundRecords } from '../../src/records/record-bounds.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { isChallenge } from '../e2e/challenge.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { secretOf } from '../lab/op-world.ts'
import { logIn } from '../lab/people.ts'
import { type Addressed, basic, redeem, releaseCode } from './frame/codes.ts'
import { describe, expectAlive } from './frame/expect.ts'
import { onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, type RealStage } from './frame/real-stage.ts'
import { runAttacks, type Stage } from './frame/run-attacks.ts'
import { answerOf, authorize, nextState, openBrowser, openSignedIn, pass } from './frame/visit.ts'
import { form, navigation, send } from './frame/wire.ts'

const mib = 1024 * 1024
const minute = 60_000

/** What fills an authorization request up to the size at which it is refused. */
const fillings: Record<string, (length: number) => Record<string, string>> = {
  'a long hint': (length) => ({ login_hint: 'x'.repeat(length) }),
  'a long scope': (length) => ({ scope: `openid ${'x'.repeat(length)}` }),
  'many scopes': (length) => ({ scope: `openid${' x'.repeat(length / 2)}` }),
}

/** An authorization request of nobody in particular. */
function sendAnonymous({ world }: Stage, more: Record<string, string>) {
  const body = authorizeQuery(world.web, { state: nextState(), ...more })
  return send(world.publicUrl, {
    method: 'POST',
    target: '/connect/authorize',
    headers: [...navigation, form],
    body,
  })
}

const small = () => createMemoryStore(Date.now, 20)

runAttacks('a flood while somebody signs in', onRealStage({ store: small(), config: {} }), (attack) => {
  attack(
    'D-17',
    'what strangers send does not make the gateway forget a request whose user is known',
    {
      'challenged before there was a code': 'early',
      'challenged with a code that is too old by now': 'late',
    },
    async (t, stage, when) => {
      const { world } = stage
      world.authsignal.control.setRules([{ ...stepUpForWeb, conditions: undefined }])
      world.clock.advance(11 * minute)
      const browser = when === 'early' ? await openSignedIn(t, stage) : openBrowser(t)
      const page = await authorize(stage, browser, world.web)
      const challenge = when === 'early' ? page : await logIn(browser, page, 'alice')
      t.ok(isChallenge(world, challenge), 'is challenged', { page: [challenge.status, challenge.url] })
      for (let round = 0; round < 60; round++) await sendAnonymous(stage, {})
      world.clock.advance(2 * minute)
      const answer = answerOf(stage, await pass(stage, browser, challenge))
      t.ok(answer.has('code'), 'the sign-in ends at the application')
      await expectAlive(t, world)
    },
  )
})

/** A store that knows how much it holds. */
function createMeasuredStore(heapBytes: number): Store & { measure(): Promise<number> } {
  const store = createMemoryStore(Date.now, undefined, boundRecords(heapBytes))
  const keys = new Set<string>()
  return {
    ...store,
    add: (key, ...how) => store.add(keys.add(key) && key, ...how),
    set: (key, ...how) => store.set(keys.add(key) && key, ...how),
    async measure() {
      const values = await Promise.all([...keys].map((key) => store.get(key)))
      return values.reduce((sum, value) => sum + (value?.length ?? 0), 0)
    },
  }
}

const measured = createMeasuredStore(32 * mib)

runAttacks('requests of the largest size', onLenientStage({ store: measured }), (attack) => {
  attack('D-18', 'they fill a part of the heap and no more', fillings, async (t, stage, fill) => {
    let accepted = 0
    for (let round = 0; round < 60; round++) {
      const { status } = await sendAnonymous(stage, fill(46 * 1024))
      if (status !== 503) accepted += 1
    }
    t.ok(accepted > 0)
    const held = await measured.measure()
    t.ok(held < 32 * mib * 0.06, 'what is remembered is bounded in bytes', { held })
    await expectAlive(t, stage.world)
  })
})

const refreshing = onRealStage({
  store: small(),
  clients: { web: { refreshTokens: 'released' } },
  op: { configuration: { issueRefreshToken: () => true } },
})

runAttacks('renewals without end', refreshing, (attack) => {
  attack(
    'D-19',
    "one user's refresh tokens do not make the gateway forget another's",
    { 'thirty of them': 30 },
    async (t, stage, times) => {
      const { web } = stage.world
      const token = await obtainRefreshToken(stage, web, 'alice')
      for (let round = 0; round < times; round++) await obtainRefreshToken(stage, web, 'bob')
      const answer = await refresh(stage, web, token)
      t.equal(answer.status, 200, 'alice goes on', { answer: describe(answer) })
    },
  )
})

async function obtainRefreshToken(stage: RealStage, client: Addressed, username: string): Promise<string> {
  const code = await releaseCode(stage, client, { state: nextState() }, username)
  const { body } = await redeem(stage.world, client, code)
  const { refresh_token: token, access_token: access } = JSON.parse(body)
  if (token === undefined) throw new Error(`no refresh token: ${body}`)
  stage.secrets.add(token).add(access)
  return token
}

function refresh({ world }: Stage, { clientId }: Addressed, token: string) {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString()
  const headers = [form, basic(clientId, secretOf(clientId))]
  return send(world.publicUrl, { method: 'POST', target: '/connect/token', headers, body })
}

const remembering = onRealStage({ clients: { web: { remember: '1h' } }, config: {} })

runAttacks('a clock that is set back', remembering, (attack) => {
  attack(
    'D-20',
    'a step-up that is too old does not become young again',
    { 'by an hour more than it is old': 3 * 60, 'to just before it': 2 * 60 + 2 },
    async (t, stage, back) => {
      const { world } = stage
      world.authsignal.control.setRules([{ ...stepUpForWeb, conditions: undefined }])
      world.clock.advance(24 * 60 * minute)
      const browser = await openSignedIn(t, stage)
      await expectChallenged(t, stage, () => authorize(stage, browser, world.web))
      await pass(stage, browser, await authorize(stage, browser, world.web))
      const again = answerOf(stage, await authorize(stage, browser, world.web))
      t.ok(again.has('code'), 'is remembered')
      world.clock.advance(2 * 60 * minute)
      world.clock.advance(-back * minute)
      await expectChallenged(t, stage, () => authorize(stage, browser, world.web))
    },
  )
})

async function expectChallenged(t: Test, { world }: Stage, go: () => ReturnType<typeof authorize>) {
  const page = await go()
  t.ok(isChallenge(world, page), 'is challenged', { page: [page.status, page.url] })
}
