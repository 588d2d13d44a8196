import t, { type Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { freePorts } from '../lab/ports.ts'
import { type RedisServer, startRedis } from '../lab/redis/server.ts'
import { skip } from '../lab/redis/skip.ts'
import type { World } from '../lab/world.ts'
import { expectSignedIn } from './expect.ts'
import { readReadyz } from './readyz.ts'
import { openBrowser, openWorld } from './stage.ts'

/** Resolves as soon as the log has such a line, from a number of lines on. */
async function logged(world: World, message: string, from = 0): Promise<Record<string, unknown>> {
  for (;;) {
    const line = world.log.slice(from).find((text) => text.includes(message))
    if (line !== undefined) return JSON.parse(line)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function open(t: Test, store: object): Promise<World> {
  return openWorld(t, { rules: [stepUpForWeb], config: { store } })
}

const gone = 'the store can not be used'
const back = 'the store answers'

/** How a server goes, and how it comes back. */
const ways: Record<string, { go(server: RedisServer): unknown; comeBack(server: RedisServer): unknown }> = {
  'that hangs': { go: (server) => server.freeze(), comeBack: (server) => server.thaw() },
  'that is killed': { go: (server) => server.kill(), comeBack: (server) => server.restart() },
}

for (const [name, { go, comeBack }] of Object.entries(ways)) {
  t.test(`a store ${name}`, { skip }, async (t) => {
    const server = await startRedis()
    t.teardown(() => server.close())
    const world = await open(t, { url: server.url, timeout: '300ms' })
    const { web, other } = world
    await logged(world, back)
    t.same(await readReadyz(world), { status: 200, body: { status: 'ok' } })
    await signIn(openBrowser(t), other, 'alice')
    const from = world.log.length

    await go(server)
    const stranded = await startSignIn(openBrowser(t), web)
    t.equal(stranded.status, 503, 'a protected client is refused', { text: stranded.text })
    t.equal(stranded.headers['retry-after'], '5')
    t.match(await logged(world, gone, from), { level: 40, store: server.url, reason: /./ })
    const { status, body } = await readReadyz(world)
    t.equal(status, 200, 'all gateways lose it together: none is unready')
    t.match(body, {
      status: 'ok',
      warnings: [/^The store can not be used, and protected clients get 503: it /],
    })
    const browser = openBrowser(t)
    await expectSignedIn(t, browser, await signIn(browser, other, 'alice'), other)
    t.notMatch(world.log.slice(from).join(''), /"code":"internal"/)

    await comeBack(server)
    await logged(world, back, from)
    t.same(await readReadyz(world), { status: 200, body: { status: 'ok' } })
    const again = await signIn(openBrowser(t), web, 'alice')
    t.equal(again.status, 200)
    const lines = world.log.slice(from).filter((line) => line.includes(gone) || line.includes(`"${back}"`))
    t.equal(lines.length, 2, 'one line when it goes and one when it is back', { lines })
  })
}

t.test(
  'a store that was never reached: the gateway starts, is not ready, and recovers',
  { skip },
  async (t) => {
    const [port = 0] = await freePorts(1)
    const world = await open(t, { url: `redis://127.0.0.1:${port}`, password: 'the password' })
    t.match(await logged(world, gone), { reason: 'it can not be reached (ECONNREFUSED)' })
    t.match(await readReadyz(world), {
      status: 503,
      body: { reason: 'the store: it can not be reached (ECONNREFUSED)' },
    })
    const browser = openBrowser(t)
    await expectSignedIn(t, browser, await signIn(browser, world.other, 'alice'), world.other)

    const as = { password: 'another password' }
    const server = await startRedis({ port, words: ['--requirepass', as.password], as })
    t.teardown(() => server.close())
    for (;;) {
      const { body } = await readReadyz(world)
      if (
        /refuses the user or the password: correct store.username and store.password/.test(body.reason ?? '')
      )
        break
    }
    await server.command('ACL', 'SETUSER', 'default', '>the password')
    await logged(world, back)
    t.same(await readReadyz(world), { status: 200, body: { status: 'ok' } })
    t.notMatch(world.log.join(''), /the password/, 'no password in the log')
  },
)
