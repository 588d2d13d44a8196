import { describe } from './frame/expect.ts'
import { onLenientStage } from './frame/lenient-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
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
