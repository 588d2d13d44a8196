import { createMemoryStore } from '../../src/store/memory.ts'
import { describe, expectNoArtefact } from './frame/expect.ts'
import { canary, type LenientStage, onLenientStage, stepUpForAll } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerProbesWith } from './frame/scripted-op.ts'
import { authorize, nextState, openSignedIn, pass } from './frame/visit.ts'
import { type Answer, navigation, send } from './frame/wire.ts'

// Each budget belongs to somebody, and nobody else can spend it.

const challenge = /^\/step-up\/challenge\//
const authorizeAt = (
  { world }: Pick<LenientStage, 'world'>,
  more: Readonly<Record<string, string>> = {},
): string => `/connect/authorize?${authorizeQuery(world.web, { state: nextState(), ...more })}`

/** The OP answers each client where it asked to be answered. */
const onStage =
  (options: Parameters<typeof onLenientStage>[0]) =>
  async (t: Parameters<ReturnType<typeof onLenientStage>>[0]): Promise<LenientStage> => {
    const stage = await onLenientStage(options)(t)
    stage.op.answer = ({ url }, response) => {
      const asked = new URL(url, stage.world.publicUrl).searchParams
      const answer = new URLSearchParams({ code: canary.code, state: asked.get('state') ?? '' })
      response.writeHead(303, { location: `${asked.get('redirect_uri')}?${answer}` }).end()
    }
    return stage
  }

runAttacks('clients that nobody listed', onStage({ config: { defaults: { mode: 'enforce' } } }), (attack) => {
  attack(
    'D-12',
    'one user, asked under a made-up client each time',
    { 'forty ids': (at: number) => `made-up-${at}`, 'ids and addresses': (at: number) => `x${at}.example` },
    async (t, stage, idAt: (at: number) => string) => {
      const { world, cookie } = stage
      world.clock.advance(11 * 60_000)
      const { tracks } = world.authsignal.control
      const before = tracks.length
      let opened = 0
      for (let at = 0; at < 40; at++) {
        const client = { clientId: idAt(at), redirectUri: `https://${idAt(at)}/cb` }
        const target = `/connect/authorize?${authorizeQuery(client, { state: nextState() })}`
        const answer = await send(world.publicUrl, { target, headers: [cookie, ...navigation] })
        if (challenge.test(answer.headers['location'] ?? '')) opened += 1
      }
      t.equal(opened, 10, 'ten challenges, however the client is called')
      t.equal(tracks.length - before, 10)
    },
  )
  attack(
    'D-12',
    'silent requests under a made-up client each time',
    { 'forty ids': 40 },
    async (t, { world, cookie }, times) => {
      world.clock.advance(11 * 60_000)
      const before = world.authsignal.control.tracks.length
      for (let at = 0; at < times; at++) {
        const client = { clientId: `silent-${at}`, redirectUri: 'https://silent.example/cb' }
        const target = `/connect/authorize?${authorizeQuery(client, { state: nextState(), prompt: 'none' })}`
        expectNoArtefact(t, await send(world.publicUrl, { target, headers: [cookie, ...navigation] }))
      }
      t.equal(world.authsignal.control.tracks.length - before, 1)
    },
  )
})

const silent = { prompt: 'none' }
const frame = ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']
const isReleased = ({ headers }: Answer): boolean => headers['location']?.includes(canary.code) === true

runAttacks('renewals without the user', onStage({ config: {} }), (attack) => {
  const signIn = ({ world, op }: LenientStage, sid: string): void =>
    answerProbesWith(op, world.publicUrl, { sub: 'user-alice', sid, amr: ['pwd'] })
  const renew = (stage: LenientStage, more = {}): Promise<Answer> =>
    send(stage.world.publicUrl, {
      target: authorizeAt(stage, { ...silent, ...more }),
      headers: [stage.cookie, ...frame],
    })

  attack(
    'D-13',
    'a silent request in a session of a stranger’s makes the user’s own fail',
    { once: 1, 'with another scope each time, in thirty sessions': 30 },
    async (t, stage, times) => {
      const { control } = stage.world.authsignal
      stage.world.clock.advance(11 * 60_000)
      control.setRules([])
      signIn(stage, `home ${times}`)
      t.ok(isReleased(await renew(stage)), 'alice is signed in')
      control.setRules([stepUpForAll])
      const before = control.tracks.length
      for (let at = 0; at < times; at++) {
        signIn(stage, `mallory ${times} ${at}`)
        expectNoArtefact(t, await renew(stage, { scope: `openid scope-${at}` }))
      }
      t.ok(control.tracks.length - before <= 10, 'Authsignal is asked ten times at most')
      control.setRules([])
      signIn(stage, `home ${times}`)
      const answer = await renew(stage)
      t.ok(isReleased(answer), 'her renewal is released', describe(answer))
    },
  )
  attack(
    'D-13',
    'a page of a stranger asks for more in the user’s own session',
    { scope: { scope: 'openid admin' }, acr_values: { acr_values: 'high' } },
    async (t, stage, more) => {
      const { control } = stage.world.authsignal
      stage.world.clock.advance(11 * 60_000)
      signIn(stage, `own ${Object.keys(more)}`)
      control.setRules([stepUpForAll])
      expectNoArtefact(t, await renew(stage, more))
      control.setRules([])
      t.ok(isReleased(await renew(stage)), 'what the user asks for is released')
    },
  )
  attack(
    'D-13',
    'challenges that a stranger opened make a user be denied whom no rule challenges',
    { 'fifteen of them': 15 },
    async (t, stage, times) => {
      const { control } = stage.world.authsignal
      const { publicUrl, clock } = stage.world
      clock.advance(11 * 60_000)
      control.setRules([])
      signIn(stage, 'trusted')
      t.ok(isReleased(await renew(stage)))
      control.setRules([stepUpForAll])
      for (let at = 0; at < times; at++) {
        signIn(stage, `mallory ${at}`)
        await send(publicUrl, { target: authorizeAt(stage), headers: [stage.cookie, ...navigation] })
      }
      control.setRules([])
      signIn(stage, 'trusted')
      const request = { target: authorizeAt(stage), headers: [stage.cookie, ...navigation] }
      t.ok(isReleased(await send(publicUrl, request)), 'her sign-in is released')
      t.ok(isReleased(await renew(stage)), 'and so is her renewal')
    },
  )
})

runAttacks('parts of other pages', onStage({ probe: { perSession: 5, perAddress: 40 } }), (attack) => {
  attack(
    'D-14',
    'a page of a stranger loads so much that nothing is left for the user',
    {
      images: ['Accept: image/*', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'],
      scripts: ['Accept: */*', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: script'],
      fetch: ['Accept: text/html', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty'],
      frames: frame,
    },
    async (t, stage, headers) => {
      const { world } = stage
      world.clock.advance(11 * 60_000)
      for (let at = 0; at < 50; at++) {
        for (const session of [stage.cookie, `Cookie: _session=user-${at}`]) {
          const request = { target: authorizeAt(stage), headers: [session, ...headers] }
          expectNoArtefact(t, await send(world.publicUrl, request))
        }
      }
      const request = { target: authorizeAt(stage), headers: [stage.cookie, ...navigation] }
      t.match((await send(world.publicUrl, request)).headers['location'], challenge, 'alice is asked')
    },
  )
  attack(
    'D-14',
    'a session that has spent its share goes on, until its address has none',
    { 'a hundred times': 100 },
    async (t, stage, times) => {
      const { world } = stage
      world.clock.advance(11 * 60_000)
      for (let at = 0; at < times; at++) {
        await send(world.publicUrl, {
          target: authorizeAt(stage),
          headers: ['Cookie: _session=user-bob', ...navigation],
        })
      }
      const request = { target: authorizeAt(stage), headers: [stage.cookie, ...navigation] }
      t.match((await send(world.publicUrl, request)).headers['location'], challenge, 'alice is asked')
    },
  )
})

runAttacks(
  'counts in a store that is full',
  onStage({
    store: createMemoryStore(Date.now, 20),
    probe: { perSession: 5, perAddress: 8 },
    config: { trustedProxies: ['127.0.0.1/32'] },
  }),
  (attack) => {
    attack(
      'D-15',
      'sessions made up at another address push the count of an address out',
      { 'sixty of them': 60 },
      async (t, stage, times) => {
        const { world, op } = stage
        const isProbe = (path: string) => path === '/connect/authorize'
        const ask = (address: string, session: string) =>
          send(world.publicUrl, {
            target: authorizeAt(stage),
            headers: [`X-Forwarded-For: ${address}`, `Cookie: _session=${session}`, ...navigation],
          })
        for (let at = 0; at < 10; at++) await ask('192.0.2.1', `one-${at}`)
        for (let at = 0; at < times; at++) await ask(`2001:db8::${at}`, `two-${at}`)
        for (let at = 0; at < times; at++) await ask(`198.51.100.${at % 10}`, `three-${at}`)
        const before = op.own.filter(isProbe).length
        for (let at = 0; at < 10; at++) await ask('192.0.2.1', `four-${at}`)
        t.equal(op.own.filter(isProbe).length, before, 'the first address has none left')
      },
    )
  },
)

runAttacks('challenges that a stranger opens', onRealStage({ config: {} }), (attack) => {
  attack(
    'D-16',
    'a stranger with the password spends what the user needs',
    { 'from fresh browsers': '', 'from one browser': `; step-up=${'m'.repeat(43)}` },
    async (t, stage, own) => {
      const { world } = stage
      const { control } = world.authsignal
      world.clock.advance(11 * 60_000)
      const browser = await openSignedIn(t, stage)
      const first = await pass(stage, browser, await authorize(stage, browser, world.web))
      t.match(first.headers['location'], /[?&]code=/, 'alice has passed in her browser')
      const before = control.tracks.length
      for (let at = 0; at < 30; at++) {
        const target = `/connect/authorize?${authorizeQuery(world.web, { state: nextState() })}`
        const headers = [`Cookie: ${await stage.cookiesOf('alice')}${own}`, ...navigation]
        expectNoArtefact(t, await send(world.publicUrl, { target, headers }))
      }
      t.ok(control.tracks.length - before <= 10, 'she is bothered ten times at most')
      world.clock.advance(1000)
      const again = await pass(stage, browser, await authorize(stage, browser, world.web))
      t.match(again.headers['location'], /[?&]code=/, 'and signs in as before')
    },
  )
})
