import { expectChallenge, passChallenge } from '../e2e/challenge.ts'
import { describe } from './frame/expect.ts'
import { canary, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { openBrowser } from './frame/visit.ts'
import { navigation, send } from './frame/wire.ts'

const elsewhere = 'https://elsewhere.example.com/cb'

runAttacks('tokens at an address that no policy lists', onLenientStage(), (attack) => {
  attack(
    'P-11',
    'a front-channel ID token from an endpoint that nobody named',
    {
      'in the fragment': (idToken: string) => `${elsewhere}#id_token=${idToken}&state=s`,
      'in the query': (idToken: string) => `${elsewhere}?id_token=${idToken}`,
      'with an access token': (idToken: string) => `${elsewhere}#access_token=a&id_token=${idToken}`,
      'at an application of its own': (idToken: string) => `com.example.app:/cb#id_token=${idToken}`,
    },
    async (t, { op, world, cookie, secrets }, locationOf) => {
      await send(world.publicUrl, { target: '/.well-known/openid-configuration' })
      const idToken = await op.signIdToken({ sub: 'user-alice', aud: ['web'] })
      secrets.add(idToken)
      op.answer = (_request, response) => response.writeHead(303, { location: locationOf(idToken) }).end()
      const answer = await send(world.publicUrl, {
        target: '/realms/other/registrations?client_id=web',
        headers: [cookie, ...navigation],
      })
      t.equal(answer.status, 403, describe(answer))
      t.notMatch(describe(answer), idToken)
      op.answer = async (_request, response) => {
        const other = await op.signIdToken({ sub: 'user-alice', aud: 'nobody' })
        response.writeHead(303, { location: locationOf(other) }).end()
      }
      const passed = await send(world.publicUrl, { target: '/realms/other/registrations', headers: [cookie] })
      t.equal(passed.status, 303, "another client's is not ours to stop")
    },
  )
})

/** Clients that are not listed have no list of addresses: what the OP registers for them is where they are answered. */
runAttacks(
  'addresses of clients that are not listed',
  onLenientStage({ config: { defaults: { mode: 'enforce' } } }),
  (attack) => {
    attack(
      'O-03',
      'after a challenge no page of the gateway leads to what a browser runs or shows itself',
      [
        'javascript:alert(document.domain)//',
        'JavaScript://app.example.com/%0aalert(1)//',
        'data:text/html,<script>alert(1)</script>',
        'vbscript:x',
        'blob:https://app.example.com/x',
        'view-source:https://app.example.com/',
        'about:blank',
        'file:///etc/passwd',
      ],
      async (t, { op, world, beLenient }, redirectUri) => {
        const browser = openBrowser(t)
        await browser.jar.setCookie('_session=user-alice', world.publicUrl)
        world.clock.advance(11 * 60_000)
        op.answer = (_request, response) =>
          response.writeHead(303, { location: `${redirectUri}?code=${canary.code}&state=s` }).end()
        const query = authorizeQuery({ clientId: 'native', redirectUri }, { state: 's', max_age: '3600' })
        const challenge = await browser.navigate(`${world.publicUrl}/connect/authorize?${query}`)
        expectChallenge(t, world, challenge)
        const stopBefore = ({ protocol }: URL) => protocol !== 'http:'
        const page = await passChallenge(world, browser, challenge, 'user-alice', { stopBefore })
        t.equal(page.status, 303, 'a redirect, which browsers do not follow')
        t.notMatch(page.body, /script:|data:|blob:|source:|about:|file:/i, 'no link and no refresh')
        beLenient()
      },
    )
  },
)
