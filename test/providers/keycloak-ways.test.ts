import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { check } from '../../src/commands/check.ts'
import { runCommand } from '../commands/run.ts'
import { openidClientKit } from '../lab/applications/openid-client/kit.ts'
import { keycloakKit } from '../lab/providers/keycloak/kit.ts'
import { type ProviderWorld, startProviderWorld } from '../lab/providers/world.ts'
import { playAccountConsole, playUntouched } from './keycloak/account-console.ts'
import {
  playApplicationAction,
  playForgottenPassword,
  playForwardedMail,
  playRegistration,
  playRequiredAction,
} from './keycloak/second-doors.ts'
import { playFormPost, playLogout, playPendingTab, playPushed } from './keycloak/sessions.ts'
import { type Keycloak, watchMail } from './keycloak/ways.ts'

/** What is Keycloak's own: the doors that it has besides the login form, its account console, its ways to answer. */

const missing = await keycloakKit.findMissing()

t.test('in front of Keycloak', missing === undefined ? {} : { skip: missing }, async (t) => {
  const mail = watchMail()
  const world = await startProviderWorld(mail.kit, [
    { kit: openidClientKit },
    { kit: openidClientKit, responseMode: 'form_post' },
  ])
  t.teardown(() => world.close())
  const [byQuery, byForm] = world.columns
  if (byQuery === undefined || byForm === undefined) throw new Error('there are no applications')
  const keycloak: Keycloak = {
    stage: { world, applications: byQuery.applications },
    formPost: { world, applications: byForm.applications },
    mailbox: mail.mailbox,
    endpoints: `${world.provider.issuer}/protocol/openid-connect`,
  }
  const play = (name: string, story: (t: Test, keycloak: Keycloak) => Promise<void>) =>
    t.test(name, (t) => story(t, keycloak))

  await t.test('check names the doors that this OP leaves open', (t) => expectDoors(t, world))
  await play('who registers at its second authorization endpoint is challenged', playRegistration)
  await play('who forgot the password is challenged after the mail', playForgottenPassword)
  await play('a mail that was forwarded signs nobody in', playForwardedMail)
  await play('who has to change the password is challenged after it', playRequiredAction)
  await play('an action that the application asks for comes after the challenge', playApplicationAction)
  await play('the account console works', playAccountConsole)
  await play("what Keycloak's scripts read is not touched", playUntouched)
  await play('form_post', playFormPost)
  await play('pushed authorization requests', playPushed)
  await play('a probe leaves pending logins alone', playPendingTab)
  await play('logout tells the gateway', playLogout)
})

async function expectDoors(t: Test, { publicUrl, provider, columns }: ProviderWorld): Promise<void> {
  const { issuer, configuration, url } = provider
  const file = join(t.testdir(), 'gateway.yaml')
  await writeFile(
    file,
    stringify({
      publicUrl,
      upstream: { url },
      provider: { issuer, ...configuration },
      authsignal: { apiSecretKey: 'secret-of-the-lab' },
      clients: {
        web: {
          mode: 'enforce',
          redirectUris: columns[0]?.applications.plain.registration.redirectUris,
        },
      },
    }),
  )
  const { code, stdout, stderr } = await runCommand(check, ['--config', file])
  t.equal(code, 0, stderr)
  t.match(stdout, /^provider \S+\/realms\/step-up: its discovery document was read$/m)
  const open = [...stdout.matchAll(/^ {2}open +(.*?) {2,}/gm)].map(([, name]) => name)
  t.same(open, ['unenrolled: enroll', 'refreshTokens: any'], 'nothing but what a policy may change')
  t.notMatch(
    stdout,
    /registrations {2}if the OP has it/,
    'the preset lists its second authorization endpoints',
  )
  t.notMatch(stdout, /^ {2}breaks /m)
  const registration = await fetch(`${issuer}/clients-registrations/default`, { method: 'POST' })
  t.equal(registration.status, 404, 'nobody registers a client')
}
