import t from 'tap'
import { signIn } from '../lab/people.ts'
import { openBrowser, openWorld } from './stage.ts'

t.test('a challenge at a host that is not listed: the log names the host, and not the address', async (t) => {
  const world = await openWorld(t)
  const { web, authsignal } = world
  const url = 'https://mfa.example.com/challenge?t=the-token'
  authsignal.control.setAction('oidc-authorize', 'CHALLENGE')
  authsignal.control.fault('track', { patch: { url } }, 2)
  const page = await signIn(openBrowser(t), web, 'alice')
  t.equal(new URL(page.url).searchParams.get('error'), 'server_error', page.text)
  t.match(world.audit('decision'), [{ verdict: 'deny', reason: 'challenge_impossible' }])
  t.match(world.audit('security'), [{ event: 'challenge_host_refused', origin: 'https://mfa.example.com' }])
  t.notOk(world.log.join('').includes('the-token'))
})
