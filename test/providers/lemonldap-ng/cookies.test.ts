import { expectChallenge, expectSignedIn } from '../expect.ts'
import { openJourney } from '../scenario.ts'
import { isProbe, onLemonldap } from './stage.ts'

onLemonldap('the cookies of LemonLDAP::NG', async (t, stage) => {
  const { world, applications, exchanges } = stage
  const { plain } = applications
  const { alice } = world.people

  await t.test('what the OP sets for an anonymous probe stays at the gateway', async (t) => {
    const { journey } = openJourney(t, stage)
    await journey.browser.jar.setCookie(`lemonldap=${'0'.repeat(64)}; Path=/`, world.publicUrl)
    const before = exchanges.length
    const login = await journey.start(plain)
    const [probe] = exchanges.slice(before).filter(isProbe)
    t.equal(probe?.cookie, `lemonldap=${'0'.repeat(64)}`, 'the dead session was asked for its user')
    const hidden = findPending(probe?.setCookies)
    const seen = findPending(login.hops.flatMap(({ headers }) => headers['set-cookie'] ?? []))
    t.equal(hidden.length, 1, 'and the OP began to remember that request')
    t.equal(seen.length, 1, 'the browser got the memory of its own')
    t.not(seen[0], hidden[0])
    const challenge = await journey.logIn(login, alice)
    await expectChallenge(t, journey, challenge, plain, alice)
    await expectSignedIn(t, journey, await journey.pass(challenge, alice), plain, alice)
  })

  await t.test('no probe carried the memory of a pending request', async (t) => {
    const probes = exchanges.filter(isProbe)
    t.ok(probes.length >= 2, 'for the dead session and for the new one')
    const names = probes.flatMap(({ cookie }) => cookie.split('; ').map((pair) => pair.split('=', 1)[0]))
    t.same([...new Set(names)], ['lemonldap'])
    t.ok(
      exchanges.some(({ cookie }) => cookie.includes('lemonldappdata=')),
      'which the browser did carry',
    )
  })
})

/** LemonLDAP::NG's memories of a pending request among the Set-Cookie lines. */
function findPending(setCookies: readonly string[] = []): string[] {
  return setCookies.filter((line) => line.startsWith('lemonldappdata=%7B'))
}
