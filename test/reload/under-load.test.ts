import { Agent, request } from 'node:http'
import t from 'tap'
import { startBareUpstream } from '../e2e/bare-upstream.ts'
import { isChallenge, passChallenge } from '../e2e/challenge.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { Browser } from '../lab/browser.ts'
import { lookupLoopback } from '../lab/loopback.ts'
import { readClaims, signIn } from '../lab/people.ts'
import { startWorld, type World } from '../lab/world.ts'
import { startGatewayProcess } from './gateway-process.ts'

const applied = 'the configuration is in effect'
const refused = 'the configuration could not be reloaded: the one before stays'

/** Looked at often: each change still takes half a second to settle. */
const config = { reload: { interval: '50ms' }, stepUp: { perUser: 10_000, perAddress: 10_000 } }

t.test('ten reloads under load, one of them broken: no request fails', async (t) => {
  const world = await startWorld({ rules: [stepUpForWeb], config })
  t.teardown(() => world.close())
  const gateway = await startGatewayProcess(t, world, world.yaml)
  const load = startLoad(world)
  await load.signIns(2)

  const changed = (round: number) => ({ ...world.yaml, defaults: { custom: { round } } })
  const versions: unknown[] = []
  for (let round = 1; round <= 10; round++) {
    if (round === 5) {
      gateway.swap({ ...changed(round), zzz: true })
      const { problems } = await gateway.until(refused)
      t.match(problems, [/gateway\.yaml:\d+:1 zzz: unknown key; /])
      t.match(await readHealth(world), {
        status: 'ok',
        warnings: [/zzz: unknown key/],
        parts: { configuration: { status: 'warning', version: versions.at(-1) } },
      })
    } else {
      if (round % 2 === 0) gateway.swap(changed(round))
      else gateway.write(changed(round))
      if (round % 3 === 0) gateway.hangUp()
      // A change and SIGHUP may be two reloads of the same.
      let version = versions.at(-1)
      while (version === undefined || versions.includes(version))
        version = (await gateway.until(applied))['version']
      versions.push(version)
    }
    await load.signIns(2)
  }
  const { requests, failures } = await load.stop()
  t.same(failures, [])
  t.comment(`${load.count()} sign-ins and ${requests} other requests`)
  t.equal(new Set(versions).size, 9, 'nine configurations were in effect')
  t.match(await readHealth(world), { parts: { configuration: { status: 'ok', version: versions.at(-1) } } })
  const audited = new Set(
    gateway.lines.filter(({ audit }) => audit === 'released').map((line) => line['config']),
  )
  t.ok(audited.size >= 9, 'sign-ins were released by each')
})

t.test('what is under way ends with what it began with', async (t) => {
  const world = await startWorld({ rules: [stepUpForWeb], config: { reload: { interval: '0s' } } })
  t.teardown(() => world.close())
  const gateway = await startGatewayProcess(t, world, world.yaml)
  const browser = new Browser()
  t.teardown(() => browser.close())
  const challenge = await signIn(browser, world.web, 'alice')
  t.ok(isChallenge(world, challenge))

  gateway.write({ ...world.yaml, defaults: { custom: { round: 1 } } })
  gateway.hangUp()
  await gateway.until(applied)

  await passChallenge(world, browser, challenge)
  t.match(await readClaims(browser, world.web), { sub: 'user-alice' }, 'a challenge from before counts after')
})

t.test('a slow answer outlasts several reloads', async (t) => {
  let answer: (text: string) => void = () => t.fail('nobody asked')
  let asked: () => void = () => undefined
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  const upstream = await startBareUpstream(t, {
    '/slow': (_request, response) => {
      answer = (text) => response.end(text)
      asked()
    },
  })
  const world = await startWorld({ upstreamUrl: upstream.url, config: { reload: { interval: '0s' } } })
  t.teardown(() => world.close())
  const gateway = await startGatewayProcess(t, world, world.yaml)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const slow = get(world, '/slow', agent)
  await isAsked
  for (let round = 1; round <= 3; round++) {
    gateway.write({ ...world.yaml, pathPrefix: `/round-${round}` })
    gateway.hangUp()
    await gateway.until(applied)
  }
  answer('at last')
  t.same(await slow, { status: 200, body: 'at last' })
  t.match(
    await get(world, '/.well-known/openid-configuration', agent),
    { status: 200 },
    'on the same connection',
  )
})

t.test('what needs a restart is told', async (t) => {
  const world = await startWorld({ config: { reload: { interval: '0s' } } })
  t.teardown(() => world.close())
  const gateway = await startGatewayProcess(t, world, world.yaml)
  gateway.write({ ...world.yaml, listen: { host: '127.0.0.1', port: 1 } })
  gateway.hangUp()
  const { keys } = await gateway.until('a change of the configuration needs a restart')
  t.same(keys, ['listen'])
  t.match(await readHealth(world), { warnings: ['A restart is needed for what was changed in listen.'] })
})

/** Whole sign-ins, and requests that need none, one after the other. */
function startLoad(world: World) {
  const failures: string[] = []
  const stopped = new AbortController()
  let signIns = 0
  let requests = 0
  const waiting = new Set<() => void>()

  async function signInOnce(): Promise<void> {
    const browser = new Browser()
    try {
      const challenge = await signIn(browser, world.web, 'alice')
      if (!isChallenge(world, challenge)) throw new Error(`${challenge.status} ${challenge.url}`)
      await passChallenge(world, browser, challenge)
      const { sub } = await readClaims(browser, world.web)
      if (sub !== 'user-alice') throw new Error('not signed in')
    } finally {
      await browser.close()
    }
  }

  async function repeat(play: () => Promise<unknown>): Promise<void> {
    while (!stopped.signal.aborted)
      await play().catch((error) => {
        failures.push(String(error))
      })
  }

  const agent = new Agent({ keepAlive: true })
  const workers = [
    repeat(async () => {
      await signInOnce()
      signIns += 1
      for (const wake of waiting) wake()
    }),
    repeat(async () => {
      const { status } = await get(world, '/.well-known/openid-configuration', agent)
      requests += 1
      if (status !== 200) throw new Error(`status ${status}`)
    }),
  ]

  return {
    count: () => signIns,
    /** Resolves once so many more have ended. */
    async signIns(more: number): Promise<void> {
      const wanted = signIns + more
      while (signIns < wanted && failures.length === 0)
        await new Promise<void>((resolve) => {
          waiting.add(resolve)
        })
    },
    async stop() {
      stopped.abort()
      await Promise.all(workers)
      agent.destroy()
      return { requests, failures }
    },
  }
}

function get(
  world: World,
  path: string,
  agent: Agent,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request(`${world.publicUrl}${path}`, { agent, lookup: lookupLoopback }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode, body })).on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}

async function readHealth({ adminUrl }: World): Promise<unknown> {
  return (await fetch(`${adminUrl}/readyz`)).json()
}
