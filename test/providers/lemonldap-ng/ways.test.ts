import { setTimeout } from 'node:timers/promises'
import { isChallenge } from '../../e2e/challenge.ts'
import { expectChallenge, expectSignedIn } from '../expect.ts'
import { openJourney, signInWithStepUp } from '../scenario.ts'
import { onLemonldap, waysOf } from './stage.ts'

onLemonldap('the ways of LemonLDAP::NG', async (t, stage) => {
  const { world, applications } = stage
  const { plain, trusting, open } = applications
  const { alice, bob, dave } = world.people

  await t.test('a login is posted to the authorization endpoint, and its answer waits', async (t) => {
    const { journey } = openJourney(t, stage)
    const page = await journey.signIn(plain, alice)
    t.same(waysOf(page, world)[0], 'POST /oauth2/authorize 303')
    await expectChallenge(t, journey, page, plain, alice)
    await expectSignedIn(t, journey, await journey.pass(page, alice), plain, alice)
  })

  await t.test('after its own TOTP the answer comes from another page, and satisfies', async (t) => {
    const { journey, seen } = openJourney(t, stage)
    const page = await journey.signIn(trusting, dave)
    t.same(waysOf(page, world), ['POST /totp2fcheck 302', 'GET /oauth2 302'])
    await expectSignedIn(t, journey, page, trusting, dave)
    t.match(seen.audit('decision', trusting), [{ reason: 'satisfied_by_amr', subject: dave.subject }])
    t.same(seen.tracks(trusting), [])
  })

  await t.test('two tabs: a login posted at one client answers the other', async (t) => {
    const { journey, seen } = openJourney(t, stage)
    await journey.start(plain)
    const atOpen = await journey.start(open)
    t.match(
      new URL(atOpen.url).searchParams.get('client_id'),
      /^open-/,
      'the form is that of the open client',
    )
    const page = await journey.logIn(atOpen, alice)
    await expectChallenge(t, journey, page, plain, alice)
    t.match(seen.audit('decision', plain), [{ verdict: 'challenge', leg: 'response' }])
    await expectSignedIn(t, journey, await journey.pass(page, alice), plain, alice)

    const { journey: other, seen: seenOther } = openJourney(t, stage)
    await other.start(open)
    const atPlain = await other.start(plain)
    await expectSignedIn(t, other, await other.logIn(atPlain, bob), open, bob)
    t.same(seenOther.audit('released', plain), [], 'nothing of the protected client')
    await expectChallenge(t, other, await other.repeatRequest(atPlain), plain, bob)
  })

  await t.test('prompt=login comes back by another spelling of the endpoint', async (t) => {
    const { journey, seen } = openJourney(t, stage)
    await signInWithStepUp(t, journey, plain, alice)
    await setTimeout(world.provider.freshLoginMs)
    const page = await journey.logIn(await journey.start(plain, 'login'), alice)
    t.same(waysOf(page, world), ['POST /renewsession 302', 'GET //oauth2/authorize 303'])
    t.ok(isChallenge(world, page), 'a new login is a new question')
    t.equal(seen.audit('released', plain).length, 1, 'its answer waits')
  })

  await t.test('prompt=none without a session shows the login page, to anybody', async (t) => {
    for (const application of [plain, open]) {
      const { journey } = openJourney(t, stage)
      const page = await journey.start(application, 'none')
      t.equal(page.status, 200)
      t.ok(world.provider.pages.isLogin(page), 'which is not what the specification says')
    }
  })
})
