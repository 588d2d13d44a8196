import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { leakCode } from '../attacks/frame/codes.ts'
import { stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import { patient, patientProbe, type RealStage } from '../attacks/frame/real-stage.ts'
import { passChallenge } from '../e2e/challenge.ts'
import { basicOf } from '../e2e/token-request.ts'
import { Browser } from '../lab/browser.ts'
import { logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'
import { startWorld, type World } from '../lab/world.ts'
import { ownersOf } from './owners.ts'
import { type Loot, rawRequests } from './requests.ts'
import { sendBytes } from './send-bytes.ts'

/** What a run saw. Every list should be empty. */
export interface Report {
  readonly seed: number
  readonly count: number
  readonly seconds: number
  /** How often each status was answered; 0: the connection ended without an answer. */
  readonly statuses: Readonly<Record<string, number>>
  /** Codes and tokens of the client that nobody protects: where there are none, the look for the others is blind. */
  readonly unprotected: number
  /** Requests that brought a code or a token of a protected client which no audit line releases. */
  readonly leaks: readonly string[]
  /** Lines of the log that tell of an error nobody foresaw, or hold a secret. */
  readonly faults: readonly string[]
  /** Requests that were answered with a status which nothing explains. */
  readonly unexplained: readonly string[]
  /** Requests that were not answered in time. */
  readonly hanging: readonly string[]
  /** Growth of the heap from the first tenth to the end, in MiB. */
  readonly growthMiB: number
  /** Whether a person can sign in afterwards, with a step-up. */
  readonly isAlive: boolean
}

const concurrency = 16
const chunk = 500
/** What the gateway answers where the OP fails it, or it is not ready (design: statuses of our own answers). */
const explained: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * Sends random requests to a gateway in front of a real OP, each over a connection of its own, and looks at what comes
 * back. Alice's password session goes along; whoever signs in is challenged, and nobody passes a challenge.
 */
export async function fuzzGateway({ count, seed }: { count: number; seed: number }): Promise<Report> {
  const faults: string[] = []
  const onFault = (error: unknown) => faults.push(`unhandled: ${error}`)
  process.on('unhandledRejection', onFault)
  process.on('uncaughtExceptionMonitor', onFault)
  const world = await startWorld({ rules: [stepUpForAll], config: { stepUp: patient }, probe: patientProbe })
  try {
    await world.gateway.provider.ready()
    return await fuzz(world, { count, seed, faults })
  } finally {
    await world.close()
    process.off('unhandledRejection', onFault)
    process.off('uncaughtExceptionMonitor', onFault)
  }
}

async function fuzz(
  world: World,
  { count, seed, faults }: { count: number; seed: number; faults: string[] },
): Promise<Report> {
  const port = Number(new URL(world.publicUrl).port)
  const statuses: Record<string, number> = {}
  const [leaks, unexplained, hanging]: [string[], string[], string[]] = [[], [], []]
  let unprotected = 0
  let heapAtStart = 0
  const startedAt = Date.now()

  for (let sent = 0; sent < count; sent += chunk) {
    // Some requests end the session at the OP.
    const loot = await collectLoot(world)
    const batch = fc.sample(rawRequests(loot), { seed: seed + sent, numRuns: Math.min(chunk, count - sent) })
    const rest = batch.values()
    const seen: string[] = []
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (const bytes of rest) {
          const wire = await sendBytes(port, bytes)
          if (wire === undefined) hanging.push(shorten(bytes))
          const status = Number(
            /^(?:HTTP\/1\.1 100 .*\r\n\r\n)?HTTP\/1\.1 (\d{3})/.exec(wire ?? '')?.[1] ?? 0,
          )
          statuses[status] = (statuses[status] ?? 0) + 1
          if (status >= 500 && !explained.has(status)) unexplained.push(`${status} ${shorten(bytes)}`)
          const owners = wire === undefined ? [] : ownersOf(world, wire)
          if (owners.includes('other')) unprotected += 1
          if (owners.some((owner) => owner !== 'other')) seen.push(shorten(bytes))
        }
      }),
    )
    // Nobody passes a challenge, so that any release is one too many, with or without its audit line.
    leaks.push(...seen)
    faults.push(...findFaults(world, [loot.cookie, loot.code]))
    forget(world)
    if (sent <= count / 10) heapAtStart = measureHeapMiB()
  }
  const seconds = (Date.now() - startedAt) / 1000
  const growthMiB = measureHeapMiB() - heapAtStart
  const isAlive = await canSignIn(world)
  return {
    seed,
    count,
    seconds,
    statuses,
    unprotected,
    leaks,
    faults,
    unexplained,
    hanging,
    growthMiB,
    isAlive,
  }
}

async function collectLoot(world: World): Promise<Loot> {
  const cookie = await signInAtOp(world)
  const stage: RealStage = { world, secrets: new Set(), cookiesOf: async () => cookie }
  const clients = [world.web, world.web2, world.consenting, world.other].map((rp) => ({
    id: rp.clientId,
    redirectUri: rp.redirectUri,
    basic: basicOf(rp),
  }))
  return { host: new URL(world.publicUrl).host, cookie, code: await leakCode(stage, world.web), clients }
}

function findFaults({ log, audit }: World, secrets: readonly string[]): string[] {
  const released = [...audit('released')].map((line) => `released: ${JSON.stringify(line)}`)
  const values = secrets
    .flatMap((secret) => secret.split('; '))
    .map((secret) => secret.split('=').at(-1) ?? '')
  const told = log.filter((line) => values.some((value) => value.length > 8 && line.includes(value)))
  const internal = log.filter((line) => line.includes('"code":"internal"'))
  return [...released, ...internal, ...told.map((line) => `a secret in the log: ${line}`)]
}

/** The lab remembers every request and line; over so many they would hide what the gateway remembers. */
function forget({ log, op, authsignal }: World): void {
  for (const list of [log, op.requests, authsignal.requests, authsignal.control.tracks]) {
    ;(list as unknown[]).length = 0
  }
}

function measureHeapMiB(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024)
}

const shorten = (bytes: string): string => JSON.stringify(bytes).slice(0, 600)

/** Signs in by way of the application that is not protected. */
async function signInAtOp(world: World): Promise<string> {
  const browser = new Browser()
  await logIn(browser, await startSignIn(browser, world.other), 'alice')
  const cookies = await browser.jar.getCookieString(world.publicUrl)
  await browser.close()
  return cookies
}

async function canSignIn(world: World): Promise<boolean> {
  const browser = new Browser()
  try {
    const challenge = await signIn(browser, world.web, 'bob')
    await passChallenge(world, browser, challenge, 'user-bob')
    return (await readClaims(browser, world.web))['sub'] === 'user-bob'
  } catch {
    return false
  } finally {
    await browser.close()
  }
}
