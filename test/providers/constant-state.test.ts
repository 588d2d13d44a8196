import t, { type Test } from 'tap'
import { expressOpenidConnectKit } from '../lab/applications/npm/kits.ts'
import { startOp } from '../lab/op.ts'
import { LAB_USERS, PASSWORD_AMR } from '../lab/op-world.ts'
import type { Person, ProviderKit } from '../lab/providers/kit.ts'
import {
  configureGateway,
  describeClient,
  findPeople,
  oidcProviderKit,
  oidcProviderPages,
} from '../lab/providers/oidc-provider/kit.ts'
import { startProviderWorld } from '../lab/providers/world.ts'
import { expectChallenge, expectSignedIn } from './expect.ts'
import { Journey, type Stage } from './journey.ts'
import { type Watch, watch } from './watch.ts'

/** Many people at once at an application whose `state` is the same for everybody: each gets their own code. */

const crowd: readonly Person[] = Array.from({ length: 10 }, (_, number) => ({
  username: `person-${number}`,
  password: `person-${number}`,
  subject: `user-person-${number}`,
}))

/** The lab's OP with a crowd in it. */
const kit: ProviderKit = {
  ...oidcProviderKit,
  start: async (setup) => {
    const users = crowd.map(({ username, subject: sub }) => ({
      sub,
      username,
      name: username,
      email: `${username}@example.com`,
      amr: PASSWORD_AMR,
    }))
    const op = await startOp({
      issuer: setup.publicUrl,
      port: setup.port,
      clients: setup.clients.map(describeClient),
      users: [...LAB_USERS, ...users],
    })
    return {
      url: op.url,
      issuer: op.issuer,
      configuration: configureGateway(setup),
      people: findPeople(op),
      pages: oidcProviderPages,
      close: op.close,
    }
  },
}

const missing = await expressOpenidConnectKit.findMissing()
if (missing !== undefined && process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)

t.test('a constant state', missing === undefined ? {} : { skip: missing }, async (t) => {
  const world = await startProviderWorld(kit, [{ kit: expressOpenidConnectKit }])
  t.teardown(() => world.close())
  const [column] = world.columns
  if (column === undefined) throw new Error('there are no applications')
  const stage: Stage = { world, applications: column.applications }
  for (const { subject } of crowd) world.authsignal.control.enrol(subject)

  for (const count of [2, crowd.length]) {
    const people = crowd.slice(0, count)
    await t.test(`${count} people who log in at the same time`, async (t) => {
      const seen = watch(stage)
      await signInTogether(t, stage, people)
      expectOwnCodes(t, stage, seen, people)
    })
    await t.test(`${count} people who have a session`, async (t) => {
      const { open, plain } = stage.applications
      const seen = watch(stage)
      await together(t, stage, people, async (journey, person) => {
        await expectSignedIn(t, journey, await journey.signIn(open, person), open, person)
        const challenge = await journey.start(plain)
        await expectChallenge(t, journey, challenge, plain, person)
        await expectSignedIn(t, journey, await journey.pass(challenge, person), plain, person)
      })
      expectOwnCodes(t, stage, seen, people)
    })
  }
})

/** Each of them is at the same step when the first goes on to the next one. */
async function signInTogether(t: Test, stage: Stage, people: readonly Person[]): Promise<void> {
  const { plain } = stage.applications
  const journeys = people.map((person) => ({ person, journey: new Journey(t, stage) }))
  const logins = await Promise.all(journeys.map(({ journey }) => journey.start(plain)))
  const states = logins.map(({ hops }) => hops.map(({ url }) => new URL(url).searchParams.get('state')))
  t.equal(new Set(states.flat().filter((state) => state !== null)).size, 1, 'with one state for all')
  const challenges = await Promise.all(
    journeys.map(({ journey, person }, place) => journey.logIn(pageAt(logins, place), person)),
  )
  for (const [place, { journey, person }] of journeys.entries()) {
    await expectChallenge(t, journey, pageAt(challenges, place), plain, person)
  }
  const ends = await Promise.all(
    journeys.map(({ journey, person }, place) => journey.pass(pageAt(challenges, place), person)),
  )
  for (const [place, { journey, person }] of journeys.entries()) {
    await expectSignedIn(t, journey, pageAt(ends, place), plain, person)
  }
}

function pageAt<P>(pages: readonly P[], place: number): P {
  const page = pages[place]
  if (page === undefined) throw new Error(`there is no page ${place}`)
  return page
}

async function together(
  t: Test,
  stage: Stage,
  people: readonly Person[],
  play: (journey: Journey, person: Person) => Promise<void>,
): Promise<void> {
  await Promise.all(people.map((person) => play(new Journey(t, stage), person)))
}

function expectOwnCodes(t: Test, { applications }: Stage, seen: Watch, people: readonly Person[]): void {
  const released = seen.audit('released', applications.plain).map(({ subject }) => String(subject))
  t.same(released.sort(), people.map(({ subject }) => subject).sort(), 'one code was released for each')
}
