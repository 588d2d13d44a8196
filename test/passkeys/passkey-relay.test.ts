import t, { type Test } from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { meetPasskeyPerson } from '../e2e/passkey-person.ts'
import type { WorldOptions } from '../lab/world.ts'

const passkeys = {
  tenantId: 'lab',
  signIn: { loginPaths: ['/login'], header: { name: 'Auth-User', path: '/sso' } },
}
const options = '/client/user-authenticators/passkey/authentication-options'

async function open(t: Test, more: WorldOptions = {}) {
  const { world } = await onLenientStage({ config: { passkeys }, ...more })(t)
  const person = meetPasskeyPerson(world)
  t.teardown(person.leave)
  return { world, person }
}

t.test('so many sign-ins are begun from one address', async (t) => {
  const { world, person } = await open(t, { probe: { perAddress: 2 } })
  const begin = () => person.ask('/client/challenge', {})
  for (let turn = 0; turn < 2; turn++) t.match(await begin(), { status: 200, body: { challengeId: /./ } })
  t.match(await begin(), { status: 403, body: { errorCode: 'passkey_refused' } })
  const asked = () => world.authsignal.requests.filter(({ path }) => path === '/v1/client/challenge').length
  t.equal(asked(), 2, 'Authsignal is not asked a third time')
  world.clock.advance(10 * 60_000)
  t.match(await begin(), { status: 200 }, 'and later again')
})

t.test("Authsignal learns the browser's name where it has one", async (t) => {
  const { world, person } = await open(t)
  const deviceId = '3f0f6d9c-2a7e-4c11-9d0a-0d1c2b3a4f5e'
  const verify = async () => {
    const { body } = await person.ask(options, (await person.ask('/client/challenge', {})).body)
    const answer = { challengeId: body['challengeId'], authenticationCredential: {} }
    t.match(await person.ask('/client/verify/passkey', answer), { status: 403 })
    return world.authsignal.requests.findLast(({ path }) => path === '/v1/client/verify/passkey')?.body
  }
  t.strictSame(Object.keys(Object(await verify())), ['challengeId', 'authenticationCredential'])
  await person.browser.jar.setCookie(`__as_aid=${deviceId}`, world.publicUrl)
  t.match(await verify(), { deviceId })
})

t.test('what nobody foresaw is an answer without its inside, and an error in the log', async (t) => {
  const memory = createMemoryStore(Date.now)
  const { world, person } = await open(t, { store: { ...memory, get: async () => '{"half of a rec' } })
  const { body } = await person.ask('/client/challenge', {})
  const answer = await person.ask(options, body)
  t.strictSame(answer, {
    status: 500,
    body: { error: 'internal', errorCode: 'internal', errorDescription: 'The request was refused.' },
  })
  const errors = world.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 50)
  t.match(errors, [{ reason: 'internal' }])
  t.notMatch(world.log.join(''), /half of/, 'no line quotes a record')
})
