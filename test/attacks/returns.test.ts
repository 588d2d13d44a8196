import type { Test } from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { expectAlive } from './frame/expect.ts'
import { authorizeQuery, onRealStage, patient, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerOf, atHome, authorize, nextState, openBrowser, openSignedIn } from './frame/visit.ts'
import { type Answer, form, navigation, send } from './frame/wire.ts'

const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)

interface Open {
  readonly browser: Browser
  readonly page: Page
  /** Where Authsignal sends the browser, without a token. */
  readonly redirectUrl: string
}

async function open(t: Test, stage: RealStage, client = stage.world.web, browser?: Browser): Promise<Open> {
  const { control } = stage.world.authsignal
  control.setRules([{ ...stepUpForWeb, conditions: undefined }])
  control.clearFaults()
  if (browser === undefined) stage.world.clock.advance(11 * 60_000)
  const own = browser ?? (await openSignedIn(t, stage))
  const page = await authorize(stage, own, client)
  t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url, page.text] })
  return { browser: own, page, redirectUrl: String(control.tracks.at(-1)?.attributes['redirectUrl']) }
}

/** The user passes the challenge; the return with its token, which nobody has followed yet. */
async function complete({ world }: RealStage, { redirectUrl }: Open): Promise<string> {
  const back = await world.authsignal.control.complete({ userId: 'user-alice' })
  if (!back.startsWith(redirectUrl)) throw new Error('another action was completed')
  return back
}

const cookiesOf = (browser: Browser, { world }: RealStage) => browser.jar.getCookieString(world.publicUrl)

const countReleases = ({ world }: RealStage) => world.audit('released').length
const follow = (browser: Browser, url: string, stage: RealStage) => browser.navigate(url, atHome(stage.world))
const isRefused = (t: Test, page: { status: number; headers: Record<string, unknown> }, status: number) => {
  t.equal(page.status, status, 'is refused')
  t.notOk(page.headers['location'], 'and leads nowhere')
}

/** A store that can lose everything, as at the restart of the one instance. */
function createForgetfulStore(): Store & { forget(): void } {
  let current = createMemoryStore(Date.now)
  return {
    get: (...how) => current.get(...how),
    set: (...how) => current.set(...how),
    add: (...how) => current.add(...how),
    replace: (...how) => current.replace(...how),
    close: () => current.close(),
    forget: () => {
      current = createMemoryStore(Date.now)
    },
  }
}
const store = createForgetfulStore()

runAttacks('returns from Authsignal', onRealStage({ store }), (attack) => {
  attack(
    'F-01',
    'a return that another browser brings',
    {
      'a browser that has been nowhere': 'new',
      'a browser signed in as the same user': 'alice',
      'a browser signed in as somebody else': 'bob',
      'the same browser without its cookie': 'lost',
      'with a made-up cookie': 'forged',
    },
    async (t, stage, who) => {
      const it = await open(t, stage)
      const back = await complete(stage, it)
      const releases = countReleases(stage)
      const validations = stage.world.authsignal.control.validations.length
      const other = who === 'alice' || who === 'bob' ? await openSignedIn(t, stage, who) : openBrowser(t)
      if (who === 'forged')
        await other.jar.setCookie(`step-up=${'f'.repeat(43)}; Path=/`, stage.world.publicUrl)
      isRefused(t, await other.get(back), 400)
      isRefused(t, await it.browser.get(back), 410)
      t.equal(countReleases(stage), releases, 'and nothing is released, in the right browser neither')
      t.equal(stage.world.authsignal.control.validations.length, validations, 'Authsignal is not asked')
      const after = await authorize(stage, it.browser, stage.world.web)
      t.ok(isChallenge(after), 'the next sign-in is challenged')
    },
  )
  attack(
    'F-01',
    'a wrong nonce changes nothing',
    {
      'another one': (url: string) => url.replace(/[^/]+\?/, `${'x'.repeat(22)}?`),
      'one character less': (url: string) => url.replace(/.\?/, '?'),
      'another case': (url: string) => url.replace(/[^/]+\?/, (nonce) => nonce.toUpperCase()),
      none: (url: string) => url.replace(/\/[^/]+\?/, '?'),
      'of another step-up': undefined,
      'another id': (url: string) => url.replace(/return\/[^/]+/, `return/${'x'.repeat(22)}`),
      'a longer path': (url: string) => url.replace('?', '/x?'),
    },
    async (t, stage, change: ((url: string) => string) | undefined) => {
      const other = change === undefined ? await open(t, stage) : undefined
      const it = await open(t, stage)
      const back = await complete(stage, it)
      const nonce = other?.redirectUrl.split('/').at(-1)
      const wrong = change?.(back) ?? back.replace(/[^/]+\?/, `${nonce}?`)
      t.not(wrong, back)
      for (const browser of [it.browser, openBrowser(t)]) {
        const page = await browser.get(wrong)
        t.ok([400, 404, 410].includes(page.status), 'is refused', { status: page.status })
        t.notOk(page.headers['location'])
      }
      t.ok(
        answerOf(stage, await follow(it.browser, back, stage)).has('code'),
        'and the right one still works',
      )
    },
  )
  attack(
    'F-02',
    'the token of another step-up',
    {
      'of another tab of the same client': { client: 'web' },
      'of another client': { client: 'web2' },
      'of another browser': { other: true },
    },
    async (t, stage, { client, other }: { client?: 'web' | 'web2'; other?: boolean }) => {
      const { world } = stage
      const first = await open(t, stage)
      const token = new URL(await complete(stage, first)).searchParams.get('token') ?? ''
      // The first one is used up, so that the second is not the same step-up.
      if (client === 'web') await follow(first.browser, `${first.redirectUrl}?token=${token}`, stage)
      const second = await open(
        t,
        stage,
        client ? world[client] : world.web,
        other ? undefined : first.browser,
      )
      const releases = countReleases(stage)
      const page = await second.browser.get(`${second.redirectUrl}?token=${token}`)
      isRefused(t, page, 403)
      t.equal(countReleases(stage), releases)
    },
  )
  attack(
    'F-03',
    'returns that no person makes',
    {
      POST: { method: 'POST', status: 405 },
      HEAD: { method: 'HEAD', status: 405 },
      PUT: { method: 'PUT', status: 405 },
      'two tokens': { more: '&token=x', status: 400 },
      'an equal second token': { again: true, status: 400 },
      'a prefetch': { headers: ['Sec-Purpose: prefetch'] },
      'a prerender': { headers: ['Sec-Purpose: prefetch;prerender'] },
      'an old prefetch': { headers: ['X-Moz: prefetch'] },
      'a frame': { headers: ['Sec-Fetch-Dest: iframe'] },
      'a script': { headers: ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty'] },
      'a token of 20 KiB': { more: 'x'.repeat(20_000) },
    },
    async (
      t,
      stage,
      it: { method?: string; status?: number; more?: string; again?: boolean; headers?: string[] },
    ) => {
      const opened = await open(t, stage)
      const back = await complete(stage, opened)
      const { pathname, search } = new URL(back)
      const extra = it.again ? `&${search.slice(1)}` : (it.more ?? '')
      const validations = stage.world.authsignal.control.validations.length
      const method = it.method ?? 'GET'
      const answer: Answer = await send(stage.world.publicUrl, {
        method,
        target: `${pathname}${search}${extra}`,
        headers: [
          `Cookie: ${await cookiesOf(opened.browser, stage)}`,
          ...(it.headers ? ['Accept: text/html', ...it.headers] : navigation),
          ...(method === 'POST' || method === 'PUT' ? [form] : []),
        ],
        ...((method === 'POST' || method === 'PUT') && { body: search.slice(1) }),
      })
      t.ok(answer.status >= 400, 'is refused', { status: answer.status })
      if (it.status !== undefined) t.equal(answer.status, it.status)
      t.equal(stage.world.authsignal.control.validations.length, validations, 'and consumes nothing')
      t.ok(answerOf(stage, await follow(opened.browser, back, stage)).has('code'), 'the person gets through')
    },
  )
  attack(
    'F-03',
    'no token: cancelled, once and for all',
    { absent: '', empty: '?token=', 'another name': '?Token=x' },
    async (t, stage, query) => {
      const it = await open(t, stage)
      const back = await complete(stage, it)
      const page = await it.browser.get(it.redirectUrl + query)
      t.equal(page.status, 403)
      t.equal((await it.browser.get(back)).status, 403, 'the token comes too late')
    },
  )
  attack(
    'F-04',
    'a challenge that somebody else passes',
    {
      'the victim finishes in a browser of their own': 'finish',
      'and the attacker polls meanwhile': 'poll',
      'and the attacker follows with the token of the own challenge': 'token',
      'the victim is shown the challenge page of the gateway': 'page',
    },
    async (t, stage, how) => {
      const { world } = stage
      const attacker = await open(t, stage)
      const releases = countReleases(stage)
      const victim = openBrowser(t)
      if (how === 'page') {
        // The id is known from the attacker's own page; whoever saw it first owns it.
        const id = attacker.redirectUrl.split('/').at(-2)
        isRefused(t, await victim.get(`${world.publicUrl}/step-up/challenge/${id}`), 400)
        return
      }
      const own = new URL(attacker.page.url).searchParams.get('t') ?? ''
      const id = attacker.redirectUrl.split('/').at(-2)
      const poll = async () => {
        const guess = `${world.publicUrl}/step-up/return/${id}/${'A'.repeat(22)}?token=${own}`
        const page = await attacker.browser.get(guess)
        t.ok(page.status >= 400 && !page.headers['location'], 'polling brings nothing')
      }
      if (how === 'poll') await poll()
      const back = await complete(stage, attacker)
      if (how === 'poll') await poll()
      isRefused(t, await victim.get(back), 400)
      await poll()
      if (how === 'token')
        isRefused(t, await attacker.browser.get(`${attacker.redirectUrl}?token=${own}`), 410)
      isRefused(t, await attacker.browser.get(back), 410)
      t.equal(countReleases(stage), releases, 'nothing is released')
      t.match(world.audit('security').at(-1), { event: 'return_in_another_browser' })
      const after = await authorize(stage, attacker.browser, world.web)
      t.ok(isChallenge(after), 'the attacker is where they began')
    },
  )
  attack(
    'F-04',
    'the attacker tries the token before the victim has finished',
    { 'with the nonce, as if it had leaked': 'nonce' },
    async (t, stage) => {
      const it = await open(t, stage)
      const own = new URL(it.page.url).searchParams.get('t') ?? ''
      const early = await it.browser.get(`${it.redirectUrl}?token=${own}`)
      t.equal(early.status, 403, 'one attempt, whatever the answer')
      const back = await complete(stage, it)
      const late = await it.browser.get(back)
      t.notOk(late.headers['location'], 'the second does not count', { page: [late.status, late.text] })
    },
  )
  attack(
    'F-05',
    'pages in a frame',
    ['challenge', 'not verified', 'refusal', 'start again'],
    async (t, stage, which) => {
      const it = await open(t, stage)
      const id = it.redirectUrl.split('/').at(-2)
      const urls: Record<string, string> = {
        challenge: `${stage.world.publicUrl}/step-up/challenge/${id}`,
        'not verified': it.redirectUrl,
        refusal: `${stage.world.publicUrl}/step-up/return/x/y`,
        'start again': `${stage.world.publicUrl}/step-up/back/x`,
      }
      const page = await it.browser.get(urls[which] ?? '')
      t.match(page.headers['content-security-policy'], /frame-ancestors 'none'/)
      t.match(page.headers['x-frame-options'], /^deny$/i)
      t.equal(page.headers['cross-origin-opener-policy'], 'unsafe-none', 'a popup keeps its opener')
      if (which !== 'challenge') return
      const framed = await it.browser.get(urls[which] ?? '', { 'sec-fetch-dest': 'iframe' })
      isRefused(t, framed, 400)
    },
  )
  attack(
    'F-06',
    'the links of the page of a failed challenge',
    {
      'in another browser': { other: true, status: 400 },
      'without cookies': { none: true, status: 400 },
      'by POST': { method: 'POST', status: 405 },
      'by HEAD': { method: 'HEAD', status: 405 },
    },
    async (t, stage, it: { other?: boolean; none?: boolean; method?: string; status: number }) => {
      const { world } = stage
      const opened = await open(t, stage)
      const failed = await opened.browser.get(opened.redirectUrl)
      t.equal(failed.status, 403)
      const id = opened.redirectUrl.split('/').at(-2)
      const browser = it.other ? await openSignedIn(t, stage, 'bob') : opened.browser
      const cookie = it.none ? 'a=b' : await cookiesOf(browser, stage)
      const tracks = world.authsignal.control.tracks.length
      for (const link of ['retry', 'back']) {
        const answer = await send(world.publicUrl, {
          method: it.method ?? 'GET',
          target: `/step-up/${link}/${id}`,
          headers: [`Cookie: ${cookie}`, ...navigation, ...(it.method === 'POST' ? [form] : [])],
          ...(it.method === 'POST' && { body: 'a=b' }),
        })
        t.equal(answer.status, it.status)
        t.notOk(answer.headers['location'])
      }
      t.equal(world.authsignal.control.tracks.length, tracks, 'nothing has changed')
      t.ok(isChallenge(await follow(opened.browser, opened.browser.link(failed, 'Try again'), stage)))
    },
  )
  attack(
    'F-07',
    'reloads and the back button',
    { 'within a minute': 30_000, 'after a minute': 61_000, 'after the step-up has ended': 12 * 60_000 },
    async (t, stage, waitMs) => {
      const { world } = stage
      const it = await open(t, stage)
      const back = await complete(stage, it)
      const { tracks, validations } = world.authsignal.control
      const start = [tracks.length, validations.length]
      const first = await it.browser.get(back)
      t.equal(first.status, 303)
      const releases = countReleases(stage)
      world.clock.advance(waitMs)
      const again = await it.browser.get(back)
      if (waitMs < 60_000)
        t.equal(again.headers['location'], first.headers['location'], 'the first outcome again')
      else isRefused(t, again, 410)
      t.same(
        [tracks.length, validations.length],
        [start[0], (start[1] ?? 0) + 1],
        'asked once, validated once',
      )
      t.equal(countReleases(stage), releases)
    },
  )
  for (const how of ['session', 'login'] as const) {
    attack('N-01', `parallel returns, ${how}`, { fifty: 50 }, async (t, stage, count) => {
      const { world } = stage
      const { control } = world.authsignal
      world.clock.advance(11 * 60_000)
      control.setRules([stepUpForWeb])
      const browser = how === 'session' ? await openSignedIn(t, stage) : openBrowser(t)
      let page = await authorize(stage, browser, world.web)
      if (how === 'login') {
        const credentials = { username: 'alice', password: 'alice' }
        page = await browser.submit(page, credentials, { form: '/login', ...atHome(world) })
      }
      t.ok(isChallenge(page))
      const back = await control.complete({ userId: 'user-alice' })
      const [validations, releases] = [control.validations.length, countReleases(stage)]
      const { pathname, search } = new URL(back)
      const headers = [`Cookie: ${await cookiesOf(browser, stage)}`, ...navigation]
      const target = pathname + search
      const answers = await Promise.all(
        Array.from({ length: count }, () => send(world.publicUrl, { target, headers })),
      )
      t.equal(control.validations.length - validations, 1, 'one validation')
      const locations = new Set(answers.map((answer) => answer.headers['location']))
      t.equal(locations.size, 1, 'one outcome', { locations: [...locations].length })
      t.ok(answers.every(({ status }) => status === 303))
      const [location = ''] = locations
      if (location.startsWith(world.publicUrl)) {
        const driven = new URL(location)
        const codes = await Promise.all(
          Array.from({ length: 10 }, () =>
            send(world.publicUrl, { target: driven.pathname + driven.search, headers }),
          ),
        )
        t.ok(codes.some((answer) => /[?&]code=/.test(answer.headers['location'] ?? '')))
      } else t.equal(countReleases(stage) - releases, 1, 'one release')
      const after = await authorize(stage, browser, world.web)
      t.ok(isChallenge(after), 'the next sign-in is a new need')
    })
  }
  attack(
    'N-02',
    'two tabs',
    {
      'of one client': ['web', 'web'],
      'of two clients': ['web', 'web2'],
      'of two clients, the other order': ['web2', 'web'],
    },
    async (t, stage, names: ('web' | 'web2')[]) => {
      const { world } = stage
      const [one = 'web', two = 'web'] = names
      const first = await open(t, stage, world[one])
      const second = await open(t, stage, world[two], first.browser)
      const both = one === two ? [second] : [second, first]
      const got: string[] = []
      for (const it of both) {
        const back =
          one === two
            ? await complete(stage, { ...it, redirectUrl: first.redirectUrl })
            : await world.authsignal.control.complete({
                userId: 'user-alice',
                idempotencyKey: String(
                  world.authsignal.control.tracks.find(
                    ({ attributes }) => attributes['redirectUrl'] === it.redirectUrl,
                  )?.attributes['idempotencyKey'],
                ),
              })
        const page = await follow(it.browser, back, stage)
        got.push(String(page.headers['location']))
        if (one === two) got.push(String((await follow(it.browser, back, stage)).headers['location']))
      }
      t.equal(got.length, 2)
      for (const location of got) t.match(location, /[?&]code=/, 'each tab gets its code')
      t.equal(new Set(got).size, 2, 'and not the same one')
      t.ok(got[0]?.startsWith(`${world[two].redirectUri}?`), 'each its own')
      t.ok(got[1]?.startsWith(`${world[one].redirectUri}?`))
    },
  )
  attack(
    'N-03',
    'what was begun is gone',
    {
      'the challenge took too long': 'late',
      'the cookie was deleted': 'cookie',
      'the gateway has started anew': 'store',
      'the session at the OP has ended': 'session',
    },
    async (t, stage, what) => {
      const { world } = stage
      const it = await open(t, stage)
      const back = await complete(stage, it)
      if (what === 'late') world.clock.advance(10 * 60_000)
      if (what === 'cookie') await it.browser.jar.removeAllCookies()
      if (what === 'store') store.forget()
      if (what === 'session') world.op.store.forget('Session')
      const page = await follow(it.browser, back, stage)
      t.notOk(answerOf(stage, page).has('code'), 'no code')
      t.ok(page.status < 500, 'no failure', { page: [page.status, page.text] })
      if (what === 'session') t.match(page.body, /name="password"/, 'the OP asks for the password')
      else t.ok(page.status >= 400 && !page.headers['location'], 'a page that says so')
      await expectAlive(t, world)
    },
  )
})

runAttacks(
  'limits that many requests run into at once',
  onRealStage({ config: { stepUp: { ...patient, perUser: 3 } } }),
  (attack) => {
    attack(
      'N-01',
      'parallel sign-ins of one user',
      { 'fresh browsers': 'web', 'under names of clients that nobody knows': 'made up' },
      async (t, stage, how) => {
        const { world } = stage
        world.clock.advance(11 * 60_000)
        const headers = [`Cookie: ${await stage.cookiesOf('bob')}`, ...navigation]
        world.authsignal.control.setRules([{ ...stepUpForWeb, conditions: undefined }])
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) => {
            const client_id = how === 'web' ? 'web' : `nobody-${index}`
            const query = authorizeQuery(world.web, { client_id, state: nextState() })
            return send(world.publicUrl, { target: `/connect/authorize?${query}`, headers })
          }),
        )
        const challenges = answers.filter(({ headers: { location } }) => location?.includes('/challenge/'))
        t.ok(challenges.length <= 3, 'the limit holds', { challenges: challenges.length })
        // The OP refuses whom it does not know: nobody is challenged for that.
        t.equal(challenges.length > 0, how === 'web')
      },
    )
  },
)
