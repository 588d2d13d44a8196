import { Pool } from 'undici'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { isChallenge, passChallenge } from '../e2e/challenge.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { startAuthsignal } from '../lab/authsignal/server.ts'
import { Browser, type Page } from '../lab/browser.ts'
import { startLabRps } from '../lab/lab-rps.ts'
import { startOp } from '../lab/op.ts'
import { makeProbeClient, secretOf } from '../lab/op-world.ts'
import { logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'
import { freePorts } from '../lab/ports.ts'
import type { Rp } from '../lab/rp.ts'
import { startTogether } from '../lab/start-together.ts'
import { describeConfig } from '../lab/world.ts'
import { startGatewayProcess } from './gateway-process.ts'

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
  /** The sign-ins that had begun before, by how far they were, and whom the application has in the end. */
  readonly signIns: Readonly<Record<string, unknown>>
}

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
 * Floods a gateway of its own process with anonymous authorization requests, from one address, while three people are
 * in the middle of a sign-in from that same address; they go on afterwards.
 */
export async function flood(options: FloodOptions): Promise<FloodResult> {
  const world = await startWorld(options.heapMib)
  const browsers = { login: new Browser(), early: new Browser(), late: new Browser() }
  try {
    const login = await startSignIn(browsers.login, world.web)
    await signIn(browsers.early, world.other, 'alice')
    const early = await startSignIn(browsers.early, world.web)
    const late = await signIn(browsers.late, world.web, 'alice')
    const sent = await send(world, options)
    const { isUp, lastWords, readMemory } = world.gateway
    const state = { ...sent, isUp: isUp(), lastWords: lastWords() }
    if (!state.isUp) return { ...state, peakMib: Number.NaN, signIns: {} }
    const finish = (browser: Browser, page: Page) => passAndRead(world, browser, page)
    const signIns = {
      'at the login page': await finish(browsers.login, await logIn(browsers.login, login, 'alice')),
      'challenged before there was a code': await finish(browsers.early, early),
      'challenged with a code': await finish(browsers.late, late),
    }
    return { ...state, isUp: isUp(), peakMib: readMemory().peak, signIns }
  } finally {
    for (const browser of Object.values(browsers)) await browser.close()
    await world.close()
  }
}

type World = Awaited<ReturnType<typeof startWorld>>

async function startWorld(heapMib: number) {
  const [gatewayPort = 0, adminPort = 0] = await freePorts(2)
  const publicUrl = `http://localhost:${gatewayPort}`
  const apiSecretKey = secretOf('authsignal')
  return startTogether(async (keep) => {
    const rps = keep(await startLabRps(() => publicUrl))
    const clients = [...rps.clients, makeProbeClient(publicUrl)]
    const op = keep(await startOp({ issuer: publicUrl, clients }))
    const authsignal = keep(
      await startAuthsignal({
        apiSecretKey,
        publicUrl: 'http://127.0.0.1:0',
        users: [{ userId: 'user-alice', secret: 'JBSWY3DPEHPK3PXP' }],
        origins: [publicUrl],
        now: Date.now,
        rules: [{ ...stepUpForWeb, conditions: undefined }],
      }),
    )
    const parts = { publicUrl, issuer: publicUrl, gatewayPort, adminPort, op, rps, authsignal }
    const provider = { authorizePaths: [path] }
    const yaml = describeConfig({ ...parts, options: { provider } })
    const adminUrl = `http://127.0.0.1:${adminPort}`
    const gateway = keep(await startGatewayProcess(yaml, adminUrl, heapMib))
    return { ...rps, publicUrl, authsignal, gateway }
  })
}

/** The whole flood: as many at once as there are connections. */
async function send(
  { publicUrl, web, gateway }: World,
  { requests, connections = 16, onProgress = () => undefined }: FloodOptions,
) {
  const { port, host } = new URL(publicUrl)
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections })
  const bodies = fillings.map((filling) => authorizeQuery(web, { state: '-', ...filling }))
  const statuses: Record<string, number> = {}
  const startedAt = performance.now()
  let next = 0

  async function sendOne(at: number): Promise<string> {
    const body = `${bodies[at % bodies.length]}`.replace('state=-', `state=flood-${at}`)
    const headers = { host, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await pool.request({ method: 'POST', path, headers, body })
    await answer.body.dump()
    return `${answer.statusCode}`
  }

  async function work(): Promise<void> {
    while (next < requests && gateway.isUp()) {
      const at = next++
      const status = await sendOne(at).catch(() => 'lost')
      statuses[status] = (statuses[status] ?? 0) + 1
      if (at % 5000 === 4999 && gateway.isUp()) onProgress(at + 1, gateway.readMemory().rss)
    }
  }

  await Promise.all(Array.from({ length: connections }, work))
  await pool.destroy()
  return { statuses, seconds: (performance.now() - startedAt) / 1000 }
}

/** Goes on from a challenge; whom the application has in the end, or where it ended instead. */
async function passAndRead(world: World, browser: Browser, page: Page): Promise<unknown> {
  const { web }: { web: Rp } = world
  if (!isChallenge(world, page)) return `no challenge: ${page.status} ${page.text.slice(0, 200)}`
  const end = await passChallenge(world, browser, page)
  const { sub } = await readClaims(browser, web)
  return sub ?? `${end.status} ${end.text.slice(0, 200)}`
}
