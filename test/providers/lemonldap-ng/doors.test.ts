import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { request } from 'undici'
import { stringify } from 'yaml'
import { check } from '../../../src/commands/check.ts'
import { runCommand } from '../../commands/run.ts'
import type { ProviderWorld } from '../../lab/providers/world.ts'
import { expectSignedIn } from '../expect.ts'
import { openJourney, signInWithStepUp } from '../scenario.ts'
import { onLemonldap } from './stage.ts'

onLemonldap('the doors of LemonLDAP::NG', async (t, stage) => {
  const { world, applications } = stage
  const { plain, open } = applications
  const { alice } = world.people

  await t.test('check names the doors that this OP leaves open', async (t) => {
    const { code, stdout, stderr } = await runCheck(t, world)
    t.equal(code, 0, stderr)
    t.match(stdout, /^provider \S+\/: its discovery document was read$/m)
    t.match(stdout, /^ {2}closed {2}request_uri /m)
    t.match(stdout, /^ {2}info {4}ID token signature .*HS256, HS384, HS512/m)
    const open = [...stdout.matchAll(/^ {2}open +(.*?) {2,}/gm)].map(([, name]) => name)
    t.same(open, ['unenrolled: enroll', 'refreshTokens: any'], 'nothing but what a policy may change')
    t.notMatch(stdout, /^ {2}breaks /m)
  })

  await t.test('index.psgi is a second door to every endpoint, and the gateway keeps it', async (t) => {
    const { journey } = openJourney(t, stage)
    const token = {
      method: 'POST' as const,
      body: 'grant_type=authorization_code&client_id=x&client_secret=y',
    }
    for (const path of ['/index.psgi/oauth2/token', '//oauth2/token']) {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        host: new URL(world.publicUrl).host,
      }
      const direct = await request(world.provider.url + path, { ...token, headers })
      t.match(await direct.body.json(), { error: 'invalid_client' }, `${path} is a token endpoint`)
      const through = await request(world.publicUrl + path, { ...token, headers })
      t.equal(through.statusCode, 400, 'which the gateway does not pass on')
      await through.body.dump()
    }
    await expectSignedIn(t, journey, await journey.signIn(open, alice), open, alice)
    const asked = new URL((await plain.startSignIn(journey.browser)).hops.at(1)?.url ?? '')
    const page = await journey.browser.navigate(asked.href.replace('/oauth2/', '/index.psgi/oauth2/'))
    t.equal(page.status, 400, 'nor an authorization request')
  })

  await t.test('a logout asks, and ends the session with its refresh tokens', async (t) => {
    const { journey } = openJourney(t, stage)
    await signInWithStepUp(t, journey, plain, alice)
    await expectSignedIn(t, journey, await journey.start(open), open, alice)
    const [openUrl = ''] = open.registration.postLogoutRedirectUris
    const refresh = () => journey.browser.post(`${openUrl}refresh`, {}, { from: openUrl })
    t.equal((await refresh()).status, 200, 'a refresh token is good while the session lasts')
    const cookie = await journey.browser.cookie(world.publicUrl, 'lemonldap')
    const question = await plain.startLogout(journey.browser)
    t.match(question.body, /oidc_logout_message/, 'the OP asks')
    t.same(world.audit('signed_out'), [], 'nothing is forgotten yet')
    t.equal(await journey.browser.cookie(world.publicUrl, 'lemonldap'), cookie, 'and waits for the answer')
    const page = await world.provider.pages.confirmLogout(journey.browser, question)
    t.ok(plain.registration.postLogoutRedirectUris.includes(page.url), 'back at the application', {
      page: page.url,
    })
    t.not(await journey.browser.cookie(world.publicUrl, 'lemonldap'), cookie, 'without the session')
    t.match(world.audit('signed_out'), [{ channel: 'front_channel' }], 'the gateway forgets what was shown')
    t.match((await refresh()).text, /error invalid_\w+/, 'nor its refresh tokens')
    t.ok(world.provider.pages.isLogin(await journey.start(plain)), 'and nobody is signed in')
  })
})

async function runCheck(t: Test, { publicUrl, provider, columns, authsignal }: ProviderWorld) {
  const { issuer, configuration, url } = provider
  const [column] = columns
  const file = join(t.testdir(), 'gateway.yaml')
  await writeFile(
    file,
    stringify({
      publicUrl,
      upstream: { url },
      provider: { issuer, ...configuration },
      authsignal: { apiUrl: authsignal.apiUrl, apiSecretKey: 'secret-of-the-lab' },
      clients: {
        web: { mode: 'enforce', redirectUris: column?.applications.plain.registration.redirectUris },
      },
    }),
  )
  return runCommand(check, ['--config', file])
}
