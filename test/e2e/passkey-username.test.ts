import t from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { patient } from '../attacks/frame/real-stage.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectPage } from './expect.ts'
import { meetPasskeyPerson, preparePasskeys } from './passkey-person.ts'

t.test('an OP that is told the username of who signed in by passkey', async (t) => {
  const { world, op } = await onLenientStage({
    config: {
      stepUp: patient,
      passkeys: {
        tenantId: 'lab',
        signIn: { user: 'username', loginPaths: ['/login'], header: { name: 'Auth-User', path: '/sso' } },
      },
    },
  })(t)
  preparePasskeys(world)
  op.answer = ({ headers }, response) => {
    const name = headers['auth-user']
    response.writeHead(200, name === undefined ? {} : { 'set-cookie': `_session=user-${name}; Path=/` }).end()
  }
  const { control } = world.authsignal
  const person = meetPasskeyPerson(world)
  t.teardown(person.leave)
  const { browser } = person
  await browser.jar.setCookie('_session=user-bob', world.publicUrl)
  const asked = await browser.navigate(`${world.publicUrl}/step-up/passkeys`)
  expectChallenge(t, world, asked)
  await passChallenge(world, browser, asked, 'user-bob')
  await person.addPasskey()

  const enter = async () => {
    await browser.jar.setCookie('_session=; Max-Age=0', world.publicUrl)
    const { data } = await person.usePasskey()
    return person.enter(`${world.publicUrl}/login`, data?.token)
  }
  const { attributes: user } = control.user('user-bob')
  user.username = 'bob'
  t.match(await enter(), { status: 200, url: `${world.publicUrl}/login` })
  t.equal(await browser.cookie(world.publicUrl, '_session'), 'user-bob')

  user.username = 'alice'
  expectPage(t, await enter(), 403, /./)
  t.equal(await browser.cookie(world.publicUrl, '_session'), undefined, 'a name that is that of another user')
  t.match(world.audit('security'), [{ event: 'passkey_of_another', signed_in: 'user-alice' }])

  user.username = undefined
  expectPage(t, await enter(), 403, /./)
  control.fault('user', '503', 2)
  expectPage(t, await enter(), 503, /not available/)
})
