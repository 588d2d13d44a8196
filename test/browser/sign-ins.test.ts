import { exportJWK, generateKeyPair } from 'jose'
import type { Browser, Page } from 'playwright-core'
import t from 'tap'
import { stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import { takeAllClocks } from '../lab/all-clocks.ts'
import { makeWebClient, secretOf } from '../lab/op-world.ts'
import { type Rp, startRp } from '../lab/rp.ts'
import { startWorld, type World } from '../lab/world.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { logIn, typeCode, waitForGreeting } from './person.ts'

/*
 * Whoever signs in is asked for one password at most and for one challenge, and arrives. All parts are real: oidc-provider,
 * openid-client, Chromium; all of their clocks move on where a challenge takes longer than the OP's code lives. RUNS=20
 * plays each sign-in so often; the table at the end says what was asked.
 */

const runs = Number(process.env['RUNS'] ?? 1)

/** Of the OP's code: its life is 60 seconds. */
const lengths = { 'shorter than the code': 0, 'longer than the code': 90_000 }

const ways = {
  'pushed, form_post': { via: 'par', response_mode: 'form_post' },
  'plain, form_post': { response_mode: 'form_post' },
  'plain, query': {},
} as const

interface SignIn {
  /** Somebody is signed in at the OP, by way of another application. */
  readonly hasSession: boolean
  readonly passwords: number
  readonly query: Readonly<Record<string, string>>
  readonly isSigned?: boolean
}

const signIns: Readonly<Record<string, SignIn>> = {
  'first sign-in': { hasSession: false, passwords: 1, query: {} },
  'single sign-on': { hasSession: true, passwords: 0, query: {} },
  'prompt=login': { hasSession: true, passwords: 1, query: { prompt: 'login' } },
  'max_age=0': { hasSession: true, passwords: 1, query: { max_age: '0' } },
  acr_values: { hasSession: true, passwords: 0, query: { acr_values: 'urn:lab:pwd' } },
  'request object, first': { hasSession: false, passwords: 1, query: {}, isSigned: true },
  'request object': { hasSession: true, passwords: 0, query: {}, isSigned: true },
  'request object, prompt=login': {
    hasSession: true,
    passwords: 1,
    query: { prompt: 'login' },
    isSigned: true,
  },
}

const alice = { username: 'alice', sub: 'user-alice', name: 'Alice Archer' }

t.test('one password, one challenge, arrived', { skip }, async (t) => {
  const clocks = takeAllClocks()
  t.teardown(clocks.restore)
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const clientId = 'app'
  let issuer = ''
  const app = await startRp({
    ...{ clientId, clientSecret: secretOf(clientId), issuer: () => issuer },
    ...{ host: 'signed.localhost', title: 'Ledger', signingKey: privateKey },
    // It asked for a login that is new, and not for a quick challenge.
    patienceSeconds: 300,
  })
  const world = await startWorld({
    hostedUrl: 'http://authsignal.localhost:0',
    rules: [stepUpForAll],
    clients: { [clientId]: { mode: 'enforce', redirectUris: [app.redirectUri], startUri: `${app.url}/` } },
    op: {
      features: { requestObjects: { enabled: true } },
      clients: [
        makeWebClient(clientId, app.url, {
          jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kty: 'EC' }] },
          request_object_signing_alg: 'ES256',
        }),
      ],
    },
  })
  issuer = world.publicUrl
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
    await app.close()
  })

  const table: string[][] = [
    ['sign-in', 'way', 'challenge', 'runs', 'arrived', 'passwords', 'challenges', 'restarts'],
  ]
  for (const [name, signIn] of Object.entries(signIns)) {
    for (const [way, query] of Object.entries(ways)) {
      for (const [length, ms] of Object.entries(lengths)) {
        await t.test(`${name}, ${way}, a challenge ${length}`, async (t) => {
          const all: Asked[] = []
          for (let run = 0; run < runs; run++) {
            const asked = await play(browser, world, app, signIn, query, () => clocks.advance(ms))
            t.match(asked, { arrived: true, passwords: signIn.passwords, challenges: 1 })
            all.push(asked)
          }
          const sum = (key: keyof Asked) => `${all.reduce((total, asked) => total + Number(asked[key]), 0)}`
          const sums = (['arrived', 'passwords', 'challenges', 'restarts'] as const).map(sum)
          table.push([name, way, length, `${runs}`, ...sums])
        })
      }
    }
  }
  for (const row of table) t.comment(row.map((text) => text.padEnd(28)).join(' '))
})

/** What a person was asked on the way to the application. */
interface Asked {
  arrived: boolean
  passwords: number
  challenges: number
  /** The gateway's page asked to start again, which is no question. */
  restarts: number
}

async function play(
  browser: Browser,
  world: World,
  app: Rp,
  { hasSession, query, isSigned = false }: SignIn,
  way: Readonly<Record<string, string>>,
  wait: () => void,
): Promise<Asked> {
  const { page, leave } = await welcomeVisitor(browser)
  const asked: Asked = { arrived: false, passwords: 0, challenges: 0, restarts: 0 }
  try {
    if (hasSession) {
      await page.goto(`${world.other.url}/login`)
      await logIn(page, alice.username)
      await waitForGreeting(page, alice.name)
    }
    const { via = '', ...more } = way
    const how = [...(via ? [via] : []), ...(isSigned ? ['object'] : [])].join('-')
    const start = `${app.url}/login?${new URLSearchParams({ ...query, ...more, ...(how && { via: how }) })}`
    await page.goto(start)
    let last = world.other.url
    for (let step = 0; step < 9; step++) {
      const at = await arrive(page, last, world, app)
      last = page.url()
      switch (at) {
        case 'home':
          asked.arrived = true
          return asked
        case 'login':
          asked.passwords++
          await logIn(page, alice.username)
          break
        case 'challenge':
          asked.challenges++
          wait()
          await typeCode(page, world.authsignal.control.newCodeFor(alice.sub))
          break
        case 'restart':
          asked.restarts++
          await page.getByRole('link', { name: 'Back to the application' }).click()
          await page.goto(start)
      }
    }
    return asked
  } finally {
    await leave()
  }
}

type Place = 'home' | 'login' | 'challenge' | 'restart'

/** The next page at which a person has something to do, or has arrived. */
async function arrive(page: Page, last: string, world: World, app: Rp): Promise<Place> {
  const placeOf = (url: URL): Place | undefined => {
    if (url.href === last) return undefined
    if (url.href === `${app.url}/`) return 'home'
    if (url.origin === world.publicUrl && url.pathname.startsWith('/interaction/')) return 'login'
    return url.origin === world.authsignal.hostedUrl && url.pathname === '/challenge'
      ? 'challenge'
      : undefined
  }
  const next = page.waitForURL((url) => placeOf(url) !== undefined).then(() => placeOf(new URL(page.url())))
  const restart = page
    .getByRole('heading', { name: 'You are verified' })
    .waitFor()
    .then((): Place => 'restart')
  const place = await Promise.any([next, restart])
  if (place === undefined) throw new Error(`the page went on from ${page.url()}`)
  return place
}
