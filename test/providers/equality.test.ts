import t, { type Test } from 'tap'
import { AUTHORIZATION_STORIES } from '../lab/equality/authorization-stories.ts'
import { compare } from '../lab/equality/compare.ts'
import { ENDPOINT_STORIES } from '../lab/equality/endpoint-stories.ts'
import type { Exchange } from '../lab/equality/exchange.ts'
import { type Lane, openLane } from '../lab/equality/lane.ts'
import { createListenerKit } from '../lab/equality/listener.ts'
import { PAGE_STORIES } from '../lab/equality/page-stories.ts'
import { SIGN_IN_STORIES } from '../lab/equality/sign-in-stories.ts'
import type { Scene, Story } from '../lab/equality/story.ts'
import { STRICT_STORY } from '../lab/equality/strict-stories.ts'
import { compareWire, type WireDifference, wireDifferences } from '../lab/equality/wire.ts'
import { djangoKit } from '../lab/providers/django-oauth-toolkit/kit.ts'
import { glewlwydKit } from '../lab/providers/glewlwyd/kit.ts'
import { keycloakKit } from '../lab/providers/keycloak/kit.ts'
import type { ProviderKit } from '../lab/providers/kit.ts'
import { lemonldapKit } from '../lab/providers/lemonldap-ng/kit.ts'
import { loginAppKit } from '../lab/providers/login-app/kit.ts'
import { oidcProviderKit } from '../lab/providers/oidc-provider/kit.ts'
import { springKit } from '../lab/providers/spring-authorization-server/kit.ts'
import { type ProviderWorld, startProviderWorld } from '../lab/providers/world.ts'
import { report } from './report.ts'

const KITS: readonly ProviderKit[] = [
  oidcProviderKit,
  keycloakKit,
  lemonldapKit,
  loginAppKit,
  springKit,
  djangoKit,
  glewlwydKit,
]
const STORIES: readonly Story[] = [
  ...ENDPOINT_STORIES,
  ...AUTHORIZATION_STORIES,
  ...PAGE_STORIES,
  ...SIGN_IN_STORIES,
  STRICT_STORY,
]

/** What differs because it has to, whoever asks: what the name of the request says, and why. */
const DIFFERENT: readonly (readonly [RegExp, string])[] = [
  [
    /strict: another (?:method|content type)|strict: no content type/,
    'the token endpoint takes forms by POST, else it could not be read',
  ],
  [/strict: a parameter twice/, 'two servers could read two different values'],
  [
    /strict: another case/,
    'where the OP tells case apart, an endpoint is guarded in the spellings that are listed',
  ],
  [/strict: a dot segment/, 'two servers could read two different paths'],
  [/, no client$/, 'a code that no release is on record for may be that of a protected client'],
]

/** The rows of the table in docs/limits.md that an answer of some OP gave a reason for. */
const seen = new Set<WireDifference>()
let isComplete = true

/** How often a story is told until chance plays no part in it. */
const maxTimes = 4

for (const kit of KITS) {
  await t.test(`${kit.name} with and without the gateway`, async (t) => {
    const missing = await kit.findMissing()
    if (missing !== undefined) {
      isComplete = false
      // Where nothing may be skipped (CI), a part that is not installed is a failure.
      if (process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)
      else t.pass(missing, { skip: missing })
      return
    }
    const world = await startProviderWorld(kit, [
      { kit: createListenerKit('listener', false) },
      { kit: createListenerKit('asking', true) },
    ])
    t.teardown(() => world.close())
    const started = Date.now()
    const endpoints = await readEndpoints(world)
    let [equal, different] = [0, 0]
    for (const story of STORIES) {
      await t.test(story.name, async (t) => {
        for (const differences of await playStory(t, world, endpoints, story)) {
          if (differences === 0) equal += 1
          else different += 1
        }
      })
    }
    report({ provider: kit.name, requests: equal + different, equal, different })
    t.comment(
      `${kit.name}: ${equal + different} requests, ${equal} equal, ${different} different, ${Date.now() - started} ms`,
    )
  })
}

t.test('each row of the table in docs/limits.md is true of some OP', { skip: !isComplete }, async (t) => {
  t.same([...seen].sort(), [...wireDifferences].sort())
})

/** @returns the number of differences for each request */
async function playStory(
  t: Test,
  world: ProviderWorld,
  endpoints: Scene['endpoints'],
  story: Story,
): Promise<number[]> {
  // The first time warms up the OP: what it remembers of a person, such as a consent, is then there for all.
  await tell(world, endpoints, story, 'direct')
  const { before, through, after } = await tellUntilEqual(world, endpoints, story)
  if (before.length === 0) {
    t.pass('this OP has no such endpoint')
    return []
  }
  t.equal(through.length, before.length, 'through the gateway there are as many answers')
  t.equal(after.length, before.length, 'and each time')
  return before.map((exchange, place) => {
    const [mine, second] = [through[place], after[place]]
    const differences = mine && second ? compare(exchange, mine, second) : ['no answer']
    const reason = findReason(exchange, world)
    if (reason === undefined) {
      t.same(differences, [], exchange.name)
      const wire = mine && compareWire(exchange, mine)
      t.same(wire?.unexplained, [], `${exchange.name}: the table in docs/limits.md names all else`)
      for (const row of wire?.rows ?? []) seen.add(row)
    } else t.not(differences.length, 0, `${exchange.name} differs: ${reason}`)
    return differences.length
  })
}

/** Random values differ in length or in letters that end a word: what the gateway changes differs each time. */
async function tellUntilEqual(world: ProviderWorld, endpoints: Scene['endpoints'], story: Story) {
  for (let time = 1; ; time++) {
    const before = await tell(world, endpoints, story, 'direct')
    const through = await tell(world, endpoints, story, 'through')
    const after = await tell(world, endpoints, story, 'direct')
    const isEqual = before.every((exchange, place) => {
      const [mine, second] = [through[place], after[place]]
      const isMeant = findReason(exchange, world) !== undefined
      return isMeant || (mine && second && compare(exchange, mine, second).length === 0)
    })
    if (isEqual || time === maxTimes) return { before, through, after }
  }
}

/** Why a request is answered otherwise than by the OP; undefined where it must not be. */
function findReason({ name }: Exchange, { config }: ProviderWorld): string | undefined {
  if (/strict: another case/.test(name) && config.provider.foldsCase) return undefined
  return DIFFERENT.find(([pattern]) => pattern.test(name))?.[1]
}

async function tell(
  world: ProviderWorld,
  endpoints: Scene['endpoints'],
  story: Story,
  way: 'direct' | 'through',
): Promise<readonly Exchange[]> {
  const lane = openWay(world, way)
  const [open, asking] = world.columns.map(({ applications }) => applications.open.registration)
  if (open === undefined || asking === undefined) throw new Error('there are no clients')
  try {
    const { publicUrl, provider } = world
    await story.tell({ lane, publicUrl, provider, endpoints, open, asking })
    return lane.exchanges
  } finally {
    await lane.close()
  }
}

/** Without the gateway the OP hears the headers that the gateway would send. */
function openWay({ publicUrl, provider }: ProviderWorld, way: 'direct' | 'through'): Lane {
  if (way === 'through') return openLane({ publicUrl, to: publicUrl, headers: {} })
  const { host, port } = new URL(publicUrl)
  const headers = {
    host,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': host,
    'x-forwarded-port': port,
  }
  return openLane({ publicUrl, to: provider.url, headers })
}

async function readEndpoints(world: ProviderWorld): Promise<Scene['endpoints']> {
  const lane = openWay(world, 'direct')
  const issuer = world.provider.issuer.replace(/\/$/, '')
  const { body } = await lane.ask({ target: `${issuer}/.well-known/openid-configuration` })
  await lane.close()
  const metadata: Record<string, unknown> = JSON.parse(body)
  return Object.fromEntries(
    Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
