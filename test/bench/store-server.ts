import { performance } from 'node:perf_hooks'
import type { Store } from '../../src/store/store.ts'
import { passChallenge } from '../e2e/challenge.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { Browser, type Page } from '../lab/browser.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { connectStore } from '../lab/redis/connect-store.ts'
import { startRedis } from '../lab/redis/server.ts'
import { startWorld, type World } from '../lab/world.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const hour = 3_600_000
const value = JSON.stringify({ clientId: 'web', scope: ['openid', 'profile'], startedAt: 1, drives: 0 })

/** What one operation costs on a server on this machine, alone and beside others. */
export async function benchServer(): Promise<void> {
  const server = await startRedis()
  const store = await connectStore(server.url)
  const operations: Record<string, (at: number) => Promise<unknown>> = {
    set: (at) => store.set(`kind:${at}`, value, hour),
    get: (at) => store.get(`kind:${at}`),
    'add, taken': (at) => store.add(`kind:${at}`, value, hour),
    replace: (at) => store.replace(`kind:${at}`, value, value, hour),
  }
  print('\non a server        one by one  100 at once   processor time')
  for (const [name, run] of Object.entries(operations)) {
    const alone = await time(2000, 1, run)
    const busy = await time(40_000, 100, run)
    const told = [alone.each, busy.each, busy.processor].map((ms) => `${(ms * 1000).toFixed(1)} µs`)
    print(`${name.padEnd(18)} ${told[0]?.padStart(10)} ${told[1]?.padStart(12)} ${told[2]?.padStart(16)}`)
  }
  await store.close()
  await server.close()
}

/** Milliseconds for each of so many runs, a number of them at once. */
async function time(runs: number, atOnce: number, run: (at: number) => Promise<unknown>) {
  let next = 0
  const worker = async () => {
    while (next < runs) await run(next++)
  }
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(cpu)
  return { each: (performance.now() - began) / runs, processor: (user + system) / 1000 / runs }
}

/** Counts questions, and how often the gateway began to wait for the store: what it asks side by side is one wait. */
function count(store: Store) {
  const seen = { questions: 0, waits: 0 }
  let open = 0
  const counted =
    <A extends unknown[], R>(ask: (...how: A) => Promise<R>) =>
    async (...how: A): Promise<R> => {
      seen.questions += 1
      if (open === 0) seen.waits += 1
      open += 1
      return ask(...how).finally(() => {
        open -= 1
      })
    }
  const { get, set, add, replace, close } = store
  const counting = {
    get: counted(get),
    set: counted(set),
    add: counted(add),
    replace: counted(replace),
    close,
  }
  return { store: counting, seen }
}

/** How often whole sign-ins ask the store, from the application's link to its tokens. */
export async function benchSignIns(): Promise<void> {
  const server = await startRedis()
  const { store, seen } = count(await connectStore(server.url))
  const world = await startWorld({ store, rules: [stepUpForWeb], clients: { web2: { remember: '1h' } } })
  await world.gateway.provider.ready()
  print('\na sign-in                                     questions  waits  bytes kept')
  for (const [name, play] of Object.entries(signIns)) {
    await server.command('FLUSHALL')
    const browser = new Browser()
    const before = { ...seen }
    const page = await play(world, browser)
    if (!page.text.includes('Hello')) throw new Error(`${name}: ${page.text}`)
    const kept = await measureKept(server)
    const told = [seen.questions - before.questions, seen.waits - before.waits, kept].map(String)
    print(`${name.padEnd(45)} ${told[0]?.padStart(9)} ${told[1]?.padStart(6)} ${told[2]?.padStart(11)}`)
    await browser.close()
  }
  await world.close()
  await server.close()
}

const signIns: Record<string, (world: World, browser: Browser) => Promise<Page>> = {
  'of a client that is not protected': ({ other }, browser) => signIn(browser, other, 'alice'),
  'allowed, after a login': ({ web2 }, browser) => signIn(browser, web2, 'alice'),
  'allowed, with a session at the OP': async ({ other, web2 }, browser) => {
    await signIn(browser, other, 'alice')
    return startSignIn(browser, web2)
  },
  'challenged, after a login': async (world, browser) =>
    passChallenge(world, browser, await signIn(browser, world.web, 'alice')),
  'challenged, with a session at the OP': async (world, browser) => {
    await signIn(browser, world.other, 'alice')
    return passChallenge(world, browser, await startSignIn(browser, world.web))
  },
}

async function measureKept(server: { command(...words: string[]): Promise<unknown> }): Promise<number> {
  const script = `
    local sum = 0
    for _, key in ipairs(redis.call('KEYS', '*')) do sum = sum + redis.call('MEMORY', 'USAGE', key) end
    return sum`
  return Number(await server.command('EVAL', script, '0'))
}
