import t from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { signIn } from '../lab/people.ts'
import { passChallenge } from './challenge.ts'
import { readReadyz } from './readyz.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

const world = await openWorld(t, { rules: [stepUpForWeb] })
const { authsignal, web } = world

const agreed = { status: 200, body: { status: 'ok' } }

t.test('a verdict of another time fails, and the log says by how much', async (t) => {
  const browser = openBrowser(t)
  const seen = watch(world)
  const challenge = await signIn(browser, web, 'alice')
  const stateUpdatedAt = new Date(Date.now() + 95_000).toISOString()
  authsignal.control.fault('validate', { patch: { stateUpdatedAt } })
  await passChallenge(world, browser, challenge)
  t.match(seen.audit('step_up'), [
    {
      reason: 'failed',
      detail: /^by Authsignal's clock the challenge succeeded 9\d s in the future\. .*NTP/,
    },
  ])
  t.same(await readReadyz(world), agreed, 'the clock itself agrees')
})

t.test('a clock that differs is told once, and at the admin listener', async (t) => {
  const seen = watch(world)
  world.clock.advance(95_000)
  await signIn(openBrowser(t), web, 'alice')
  await signIn(openBrowser(t), web, 'alice')
  const { status, body } = await readReadyz(world)
  t.equal(status, 200, 'who needs no step-up is served')
  t.match(body, {
    status: 'ok',
    warnings: [/^the OP's clock is 9\d s behind/, /^Authsignal's clock is 9\d s behind/],
  })
  t.equal(seen.log().match(/"clock":"authsignal"/g)?.length, 1)
  t.equal(seen.log().match(/"clock":"provider"/g)?.length, 1)

  world.clock.advance(-95_000)
  await signIn(openBrowser(t), web, 'alice')
  t.same(await readReadyz(world), agreed)
  t.equal(seen.log().match(/a clock agrees with this machine's again/g)?.length, 2)
})
