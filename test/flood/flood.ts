import { Pool } from 'undici'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { isChallenge, passChallenge } from '../e2e/challenge.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { Browser, type Page } from '../lab/browser.ts'
import { startGatewayProcess } from '../lab/gateway-process.ts'
import { startOutsideWorld } from '../lab/outside-world.ts'
import { logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'
import type { Rp } from '../lab/rp.ts'

export interface FloodOptions {
  /** How many anonymous requests. */
  readonly requests: number
  readonly heapMib: number
  readonly connections?: number
  /** Told now and then. */
  readonly onProgress?: (sent: number, rssMib: number) => void
}

export interface FloodResult {
  /** How many answers had which status; `lost` where a connection broke. */
  readonly statuses: Readonly<Record<string, number>>
  readonly seconds: number
  readonly peakMib: number
  readonly isUp: boolean
  readonly lastWords: string
  /** The sign-ins that had begun before, by how far they were, and whom the application has in the end: each is told once. */
  readonly signIns: Readonly<Record<string, readonly unknown[]>>
}

/** A challenge lasts ten minutes: on a machine ten times slower than usual so many requests take six. */
const legLength = 2000

/** As long as is accepted, with all that comes beside the filling. */
const length = 46 * 1024

/** What is long: what is forwarded, what is remembered, and what takes most room there. */
const fillings: readonly Record<string, string>[] = [
  { login_hint: 'x'.repeat(length) },
  { scope: `openid ${'x'.repeat(length)}` },
  { scope: `openid${' x'.repeat(length / 2)}` },
]

/** The OP has nothing there: what it does with a request is not what is tried. */
const path = '/flood/authorize'

/**
 * Floods a gateway of its own process with anonymous authorization requests, from one address, while somebody is at the
 * login page of a sign-in from that same address. The flood comes in legs, during each of which two more people are in
 * the middle of a challenge. All go on afterwards.
 */
export async function flood(options: FloodOptions): Promise<FloodResult> {
  const world = await startWorld(options.heapMib)
  const { isUp, lastWords, readMemory } = world.gateway
  const browser = new Browser()
  const statuses: Record<string, number> = {}
  const [early, late] = [new Set<unknown>(), new Set<unknown>()]
  const startedAt = performance.now()
  try {
    const login = await startSignIn(browser, world.web)
    for (let sent = 0; sent < options.requests && isUp(); sent += legLength) {
      const until = Math.min(sent + legLength, options.requests)
      const ends = await whileChallenged(world, () => send(world, options, sent, until, statuses))
      early.add(ends.early)
      late.add(ends.late)
    }
    const state = { statuses, seconds: (performance.now() - startedAt) / 1000, lastWords: lastWords() }
    if (!isUp()) return { ...state, isUp: false, peakMib: Number.NaN, signIns: {} }
    const signIns = {
      'at the login page': [await passAndRead(world, browser, await logIn(browser, login, 'alice'))],
      'challenged before there was a code': [...early],
      'challenged with a code': [...late],
    }
    return { ...state, isUp: isUp(), peakMib: readMemory().peak, signIns }
  } finally {
    await browser.close()
    await world.close()
  }
}

/** Two people are challenged before something happens, and pass after it. */
async function whileChallenged(world: World, happens: () => Promise<void>) {
  const browsers = { early: new Browser(), late: new Browser() }
  try {
    await signIn(browsers.early, world.other, 'alice')
    const early = await startSignIn(browsers.early, world.web)
    const late = await signIn(browsers.late, world.web, 'alice')
    await happens()
    if (!world.gateway.isUp()) return {}
    return {
      early: await passAndRead(world, browsers.early, early),
      late: await passAndRead(world, browsers.late, late),
    }
  } finally {
    for (const browser of Object.values(browsers)) await browser.close()
  }
}

type World = Awaited<ReturnType<typeof startWorld>>

function startWorld(heapMib: number) {
  return startOutsideWorld((yaml, adminUrl) => startGatewayProcess(yaml, { adminUrl, heapMib }), {
    provider: { authorizePaths: [path] },
    rules: [{ ...stepUpForWeb, conditions: undefined }],
  })
}

/** A part of the flood: as many at once as there are connections. */
async function send(
  { publicUrl, web, gateway }: World,
  { connections = 16, onProgress = () => undefined }: FloodOptions,
  from: number,
  until: number,
  statuses: Record<string, number>,
): Promise<void> {
  const { port, host } = new URL(publicUrl)
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections })
  const bodies = fillings.map((filling) => authorizeQuery(web, { state: '-', ...filling }))
  let next = from

  async function sendOne(at: number): Promise<string> {
    const body = `${bodies[at % bodies.length]}`.replace('state=-', `state=flood-${at}`)
    const headers = { host, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await pool.request({ method: 'POST', path, headers, body })
    await answer.body.dump()
    return `${answer.statusCode}`
  }

  async function work(): Promise<void> {
    while (next < until && gateway.isUp()) {
      const at = next++
      const status = await sendOne(at).catch(() => 'lost')
      statuses[status] = (statuses[status] ?? 0) + 1
      if (at % 5000 === 4999 && gateway.isUp()) onProgress(at + 1, gateway.readMemory().rss)
    }
  }

  await Promise.all(Array.from({ length: connections }, work))
  await pool.destroy()
}

/** Goes on from a challenge; whom the application has in the end, or where it ended instead. */
async function passAndRead(world: World, browser: Browser, page: Page): Promise<unknown> {
  const { web }: { web: Rp } = world
  if (!isChallenge(world, page)) return `no challenge: ${page.status} ${page.text.slice(0, 200)}`
  const end = await passChallenge(world, browser, page)
  const { sub } = await readClaims(browser, web)
  return sub ?? `${end.status} ${end.text.slice(0, 200)}`
}
