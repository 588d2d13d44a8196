import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { createId } from '../../../src/hash.ts'
import { boundRecords } from '../../../src/records/record-bounds.ts'
import { createRecords, type StepUp } from '../../../src/records/records.ts'
import { openStepUp } from '../../../src/step-up/openings.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import type { Store } from '../../../src/store/store.ts'
import { stepUpForWeb } from '../../lab/authsignal/rules.ts'
import { Browser } from '../../lab/browser.ts'
import { signIn, startSignIn } from '../../lab/people.ts'
import { connectStore } from '../../lab/redis/connect-store.ts'
import { startWorld, type World } from '../../lab/world.ts'
import { median } from '../line.ts'

// A whole lab with its store, in a process of its own (`--expose-gc`). It is sent the store's `url`, or none for the one in
// memory, and how often to `try` a challenge, and answers `Times`; then `{ fill }` with so many open step-ups, and
// answers `Filled`; then `{ try }` again.

/** Milliseconds of one sign-in: until its challenge is open, and from there until the application has its tokens. */
export interface Times {
  readonly open: number
  readonly finish: number
}

export interface Filled {
  /** Of the heap, each. */
  readonly bytes: number
  /** Of one that only the store is asked for, in microseconds. */
  readonly microseconds: number
  /** How many of them a store in memory keeps that has its usual room. */
  readonly kept: number
}

const unlimited = 1_000_000
const times = { timeout: 600_000, session: 43_200_000 }

const heapUsed = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function start(url: string | undefined) {
  // Its usual room would be too small for so many.
  const nowhereFull = () => Number.POSITIVE_INFINITY
  const store =
    url === undefined ? createMemoryStore(Date.now, unlimited, nowhereFull) : await connectStore(url)
  let newest = ''
  const watched: Store = {
    ...store,
    set(key, value, ...how) {
      if (key.startsWith('step-up:')) newest = value
      return store.set(key, value, ...how)
    },
  }
  const limits = { perSession: unlimited, perAddress: unlimited }
  const world = await startWorld({
    store: watched,
    rules: [stepUpForWeb],
    probe: limits,
    config: { stepUp: { perUser: unlimited, perAddress: unlimited } },
  })
  await world.gateway.provider.ready()
  const browser = new Browser()
  await signIn(browser, world.other, 'alice')
  return {
    tryOften: (count: number) => tryOften(world, browser, count),
    async fill(count: number): Promise<Filled> {
      const real = JSON.parse(newest)
      const kept = await countKept(real, count)
      const before = heapUsed()
      const begun = performance.now()
      await fill(store, real, count)
      const took = performance.now() - begun
      return { bytes: (heapUsed() - before) / count, microseconds: (took * 1000) / count, kept }
    },
  }
}

async function tryOften(world: World, browser: Browser, count: number): Promise<Times> {
  const opens: number[] = []
  const finishes: number[] = []
  for (let done = 0; done < count; done++) {
    const begun = performance.now()
    const challenge = await startSignIn(browser, world.web)
    const opened = performance.now()
    const code = world.authsignal.control.newCodeFor('user-alice')
    const page = await browser.submit(challenge, { code })
    if (!page.text.includes('Hello')) throw new Error(`a challenged sign-in ended with: ${page.text}`)
    opens.push(opened - begun)
    finishes.push(performance.now() - opened)
  }
  return { open: median(opens), finish: median(finishes) }
}

async function countKept(real: StepUp, count: number): Promise<number> {
  const bounds = boundRecords(getHeapStatistics().heap_size_limit)
  const store = createMemoryStore(Date.now, undefined, bounds)
  await fill(store, real, count)
  const room = store.rooms?.find(({ kind, owner }) => kind === 'step-up' && owner === 'user')
  await store.close()
  return count - (room?.evicted ?? 0)
}

/** Step-ups like one that was real, each of a user and a browser of its own. */
async function fill(store: Store, real: StepUp, count: number): Promise<void> {
  const records = createRecords(store, times)
  const open = async (at: number): Promise<void> => {
    const user = { ...real.case.user, subject: `user-${at}` }
    const it = { ...real.case, user, inFlight: undefined }
    const waiting = real.waiting.map((tab) => ({ ...tab, case: it }))
    await openStepUp({ records }, createId(), { ...real, case: it, waiting, browser: createId() })
  }
  for (let done = 0; done < count; done += 100)
    await Promise.all(Array.from({ length: 100 }, (_, at) => open(done + at)))
}

let started: ReturnType<typeof start> | undefined

process.on('message', async (message: { url?: string; try: number } | { fill: number }) => {
  try {
    started ??= start('url' in message ? message.url : undefined)
    const { tryOften, fill } = await started
    process.send?.('fill' in message ? await fill(message.fill) : await tryOften(message.try))
  } catch (error) {
    process.send?.({ error: String(error) })
  }
})
