import t, { type Test } from 'tap'
import { isChallenge, passChallenge } from '../e2e/challenge.ts'
import { stepUpWithoutSecondFactor } from '../lab/authsignal/rules.ts'
import { Browser } from '../lab/browser.ts'
import { startDirectWorld } from '../lab/direct-world.ts'
import { signIn } from '../lab/people.ts'
import { startLogoutListener } from '../lab/shapes/logout-listener.ts'
import { describeShapedOp } from '../lab/shapes/op-options.ts'
import { PAIRWISE_SHAPE } from '../lab/shapes/person-shapes.ts'
import type { Shape } from '../lab/shapes/shape.ts'
import { listShapes } from '../lab/shapes/shapes.ts'
import { startWorld, type World, type WorldOptions } from '../lab/world.ts'

const listener = await startLogoutListener()
t.teardown(() => listener.close())
const shapes = listShapes(listener.url)
const op = describeShapedOp(shapes.map(({ client }) => client))
// The OP takes its paths in any case. The gateway guards an endpoint in the spellings that it is told.
const protectedClients = Object.fromEntries(
  shapes.map(({ client: { client_id, redirect_uris } }) => [
    client_id,
    { mode: 'enforce', redirectUris: redirect_uris },
  ]),
)

const open = async (options: WorldOptions): Promise<World> => {
  const world = await startWorld({ op, rules: [stepUpWithoutSecondFactor], ...options })
  t.teardown(() => world.close())
  await world.gateway.provider.ready()
  return world
}
const direct = await startDirectWorld(op)
t.teardown(() => direct.close())
const around = await open({})
const inFront = await open({ clients: protectedClients })
// Where subjects are pairwise, each client has its own, and the gateway's is none of theirs.
const byName = await open({
  provider: { subject: 'preferred_username' },
  clients: protectedClients,
})

// Here each code has died when a challenge ends that was begun after the login: the request is driven once more.
const slow = await open({ provider: { codeLifetime: '1s' }, clients: protectedClients })

/** In a browser that has been nowhere, or in one that is signed in at another client of the OP. */
type Start = 'nobody is signed in yet' | 'somebody is signed in already'

async function play(
  shape: Shape,
  world: Pick<World, 'publicUrl' | 'op' | 'other'> & Partial<Pick<World, 'authsignal'>>,
  start: Start,
): Promise<{ view: unknown; challenges: number }> {
  const browser = new Browser()
  const { authsignal } = world
  let challenges = 0
  try {
    if (start === 'somebody is signed in already') await signIn(browser, world.other, 'alice')
    const view = await shape.play(
      {
        world,
        browser,
        logoutTokens: listener.tokens,
        passBy: async (page, visit) => {
          if (authsignal === undefined || !isChallenge({ authsignal }, page)) return undefined
          challenges += 1
          const userId = authsignal.control.tracks.at(-1)?.userId ?? ''
          return passChallenge({ authsignal }, browser, page, userId, visit)
        },
      },
      shape.client,
    )
    return { view, challenges }
  } finally {
    await browser.close()
  }
}

async function compare(t: Test, shape: Shape, start: Start): Promise<void> {
  const { view } = await play(shape, direct, start)
  t.ok(view, 'the RP sees something')
  const open = await play(shape, around, start)
  t.same(open.view, view, 'an unprotected client behind the gateway sees the same')
  t.equal(open.challenges, 0, 'and nobody is challenged')
  const guarded = await play(shape, shape === PAIRWISE_SHAPE ? byName : inFront, start)
  t.same(guarded.view, view, 'so does a protected client')
  // What has no sign-in in it has no challenge either.
  const isSignIn = JSON.stringify(view).includes('id_token')
  t.equal(guarded.challenges > 0, isSignIn, 'once a challenge was passed', { challenges: guarded.challenges })
  if (shape === PAIRWISE_SHAPE) return
  t.same((await play(shape, slow, start)).view, view, 'after a slow challenge it is still the same')
}

for (const start of ['nobody is signed in yet', 'somebody is signed in already'] as const) {
  t.test(start, async (t) => {
    for (const shape of shapes) await t.test(shape.name, (t) => compare(t, shape, start))
  })
}

t.test(
  'with sub for provider.subject a protected client with pairwise subjects gets no tokens',
  async (t) => {
    const lines = inFront.audit('security').length
    const error: unknown = await play(PAIRWISE_SHAPE, inFront, 'nobody is signed in yet').catch(
      (error) => error,
    )
    t.match(error, { error: 'invalid_grant' })
    const [line] = inFront.audit('security').slice(lines)
    t.match(line, { client_id: 'pairwise', objection: 'other_subject' }, 'and the log says why')
  },
)

t.test('another case of a guarded path that no key names is refused', async (t) => {
  const browser = new Browser()
  t.teardown(() => browser.close())
  t.equal((await browser.get(`${direct.publicUrl}/CONNECT/AUTHORIZE`)).status, 400, 'the OP reads it')
  const page = await browser.get(`${around.publicUrl}/CONNECT/AUTHORIZE`)
  t.equal(page.status, 400)
})
