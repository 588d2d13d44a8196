import { Browser, type Page } from '../lab/browser.ts'
import { isLoginPage, logIn, startSignIn } from '../lab/people.ts'
import { startTogether } from '../lab/start-together.ts'
import { type Answer, isOfProtected, type Question, questions, startAskers } from './askers.ts'
import { type Load, startLoad } from './load.ts'
import { type Kind, meet, namePeople, SignInFailure } from './people.ts'
import { type RollingOptions, type RollingWorld, startRollingWorld } from './rolling-world.ts'
import { type Way, ways } from './stores.ts'

export interface OutageOptions extends Pick<RollingOptions, 'program' | 'checks'> {
  /** How many answers to each question are waited for before the store goes, and while it is gone. */
  readonly answers: number
  /** How many people of each kind there are. */
  readonly people: number
}

export interface OutageResult {
  /** Answers to each question while the store was gone, and by how much they took longer than before. */
  readonly answers: Readonly<Record<Question, Told>>
  /** What protected clients got that was neither a 503 with Retry-After nor what they get from a store that answers. */
  readonly unexpected: readonly Answer[]
  /** Sign-ins at a client that is off, which began while the store was gone. */
  readonly off: { readonly finished: number; readonly failed: number }
  /** From the moment at which a server could answer again to the end of the first sign-in that began then. */
  readonly recoveryMs: Readonly<Partial<Record<Kind, number>>>
  /** How long the store was gone. */
  readonly goneMs: number
  /** What those saw who came back to the gateway after it, in the middle of a sign-in; and whether they could start again. */
  readonly interrupted: Readonly<Record<string, Seen>>
  /** Pages that people saw who signed in at that time, by status and first words. */
  readonly pages: Readonly<Record<string, number>>
  /** Answers with a 500 in the gateways' log. */
  readonly internalErrors: readonly string[]
}

export interface Told {
  readonly count: number
  readonly statuses: Readonly<Record<string, number>>
  readonly maxMs: number
  readonly medianMs: number
  readonly medianBeforeMs: number
}

export interface Seen {
  readonly status: number
  readonly text: string
  readonly isSignedInAfterwards: boolean
}

/** Takes the store away, and gives it back, while people sign in. */
export async function loseStore(way: Way, options: OutageOptions): Promise<OutageResult> {
  const world = await startTogether(async (keep) => {
    const store = keep(await ways[way]())
    const usernames = [...namePeople(options.people), ...waiting.map(([name]) => `challenged-${name}`)]
    const shutdown = { delay: '0s', grace: '2s' }
    const started = await startRollingWorld({ ...options, store: store.yaml, shutdown, usernames })
    return { ...keep(started), store }
  })
  try {
    const people = await Promise.all(namePeople(options.people).map((username) => meet(world, username)))
    const interrupted = await Promise.all(waiting.map(([name, begin]) => begin(world, `challenged-${name}`)))
    const load = startLoad(people)
    const askers = startAskers(world)
    await load.more(2)
    await answered(askers.answers, options.answers)

    const goesAt = performance.now()
    await world.store.go()
    const goneAt = performance.now()
    if (world.store.comeBack) {
      const offBefore = load.next('off')
      await answered(askers.answers, options.answers)
      await offBefore
      await world.store.comeBack()
    } else await world.store.healed?.()
    const backAt = performance.now()
    const recoveryMs: Partial<Record<Kind, number>> = {}
    await Promise.all(
      (['allowed', 'challenged', 'passkey'] as const).map(async (kind) => {
        recoveryMs[kind] = Math.round((await load.next(kind)).endedAt - backAt)
      }),
    )
    const seen = await Promise.all(interrupted.map((person) => person.comeBack()))
    await Promise.all([load.stop(), askers.stop()])

    const isOut = ({ startedAt }: { readonly startedAt: number }) => startedAt >= goneAt && startedAt < backAt
    const out = askers.answers.filter(isOut)
    const before = askers.answers.filter(({ startedAt, ms }) => startedAt + ms < goesAt)
    const offs = load.outcomes.filter((one) => one.kind === 'off' && isOut(one))
    return {
      answers: Object.fromEntries(
        questions.map((question) => [question, compare(of(out, question), of(before, question))]),
      ) as OutageResult['answers'],
      unexpected: askers.answers.filter((answer) => !isExpected(answer)),
      off: { finished: offs.length, failed: offs.filter(({ failure }) => failure).length },
      recoveryMs,
      goneMs: Math.round(backAt - goesAt),
      interrupted: Object.fromEntries(waiting.map(([name], at) => [name, seen[at]])) as Record<string, Seen>,
      pages: countPages(load),
      internalErrors: world.log.filter((line) => line.includes('"code":"internal"')),
    }
  } finally {
    await world.close()
  }
}

/** Waits for so many more answers to each question. */
async function answered(answers: readonly Answer[], count: number): Promise<void> {
  const from = performance.now()
  const isEnough = (question: Question) =>
    of(answers, question).filter(({ startedAt }) => startedAt >= from).length >= count
  while (!questions.every(isEnough)) await new Promise((resolve) => setTimeout(resolve, 20))
}

const of = (answers: readonly Answer[], question: Question): Answer[] =>
  answers.filter((answer) => answer.question === question)

/** A protected client is answered, or told to come again later. */
function isExpected({ question, status, retryAfter }: Answer): boolean {
  if (status === 503) return isOfProtected(question) && retryAfter !== undefined
  return status < 500
}

function compare(out: readonly Answer[], before: readonly Answer[]): Told {
  const statuses: Record<string, number> = {}
  for (const { status } of out) statuses[status] = (statuses[status] ?? 0) + 1
  return {
    count: out.length,
    statuses,
    maxMs: Math.round(Math.max(0, ...out.map(({ ms }) => ms))),
    medianMs: median(out),
    medianBeforeMs: median(before),
  }
}

function median(answers: readonly Answer[]): number {
  const sorted = answers.map(({ ms }) => ms).sort((one, other) => one - other)
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 10) / 10
}

function countPages({ outcomes }: Load): Record<string, number> {
  const pages: Record<string, number> = {}
  for (const { failure } of outcomes) {
    if (!failure) continue
    const what =
      failure instanceof SignInFailure
        ? `${failure.page.status} ${failure.page.text.replaceAll(/[0-9a-f-]{36}/g, '…').slice(0, 160)}`
        : failure.message
    pages[what] = (pages[what] ?? 0) + 1
  }
  return pages
}

interface Interrupted {
  /** Goes on where it was left, and starts again if that leads nowhere. */
  comeBack(): Promise<Seen>
}

/** People who are in the middle of a sign-in when the store goes. */
const waiting: readonly (readonly [
  name: string,
  begin: (world: RollingWorld, username: string) => Promise<Interrupted>,
])[] = [
  [
    'at-login-page',
    async (world, username) => {
      const browser = new Browser()
      const login = await startSignIn(browser, world.web)
      return goOn(world, browser, username, () => logIn(browser, login, username))
    },
  ],
  [
    'challenged-after-login',
    async (world, username) => {
      const browser = new Browser()
      const challenge = await logIn(browser, await startSignIn(browser, world.web), username)
      return goOn(world, browser, username, () => pass(world, browser, challenge, username))
    },
  ],
  [
    'challenged-with-a-session',
    async (world, username) => {
      const browser = new Browser()
      await logIn(browser, await startSignIn(browser, world.other), username)
      const challenge = await startSignIn(browser, world.web)
      return goOn(world, browser, username, () => pass(world, browser, challenge, username))
    },
  ],
]

const pass = (world: RollingWorld, browser: Browser, challenge: Page, username: string): Promise<Page> =>
  browser.submit(challenge, { code: world.authsignal.control.newCodeFor(`user-${username}`) })

function goOn(
  world: RollingWorld,
  browser: Browser,
  username: string,
  act: () => Promise<Page>,
): Interrupted {
  return {
    async comeBack() {
      const { status, text } = await act()
      const first = await startSignIn(browser, world.web)
      const challenge = isLoginPage(first) ? await logIn(browser, first, username) : first
      const isChallenged = challenge.url.startsWith(`${world.authsignal.hostedUrl}/challenge?`)
      const end = isChallenged ? await pass(world, browser, challenge, username) : challenge
      await browser.close()
      return { status, text, isSignedInAfterwards: end.url === `${world.web.url}/` }
    },
  }
}
