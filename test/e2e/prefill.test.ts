import t from 'tap'
import { stepUpByEmail, stepUpWithoutMfa } from '../lab/authsignal/rules.ts'
import { signIn } from '../lab/people.ts'
import { expectSignedIn } from './expect.ts'
import { openBrowser, openWorld } from './stage.ts'

t.test('MFA by a code that is mailed to the address which the OP knows', async (t) => {
  const world = await openWorld(t, { rules: [stepUpByEmail()], clients: { web: { send: ['email'] } } })
  const { web, authsignal } = world
  const browser = openBrowser(t)
  const enrol = await signIn(browser, web, 'carol')
  t.match(enrol.body, /value="carol@example\.com"[^>]*readonly|readonly[^>]*value="carol@example\.com"/)
  const sent = await browser.submit(enrol, {})
  const page = await browser.submit(sent, { code: authsignal.control.mailedCodeFor('user-carol') })
  await expectSignedIn(t, browser, page, web, 'user-carol')
  t.match(world.audit('step_up'), [{ reason: 'passed', method: 'EMAIL_OTP' }])
})

t.test('what is sent', async (t) => {
  const all = ['username', 'email', 'phone', 'displayName', 'locale']
  const claims = {
    email: 'carol@example.com',
    email_verified: 'false',
    phone_number: '+431234567',
    name: 'Carol Cooper',
    locale: 'de_AT',
  }
  const cases: [what: string, userinfo: boolean, send: string[], sent: object][] = [
    ['nothing but the user id', true, [], { email: undefined, username: undefined, phoneNumber: undefined }],
    [
      'what the userinfo endpoint has',
      true,
      all,
      {
        username: 'carol',
        email: undefined,
        phoneNumber: '+431234567',
        locale: 'de-AT',
        custom: { display_name: 'Carol Cooper' },
      },
    ],
    ['not from there unless it is asked', false, all, { phoneNumber: undefined, locale: 'en-GB' }],
  ]
  for (const [what, userinfo, send, sent] of cases) {
    await t.test(what, async (t) => {
      const world = await openWorld(t, {
        rules: [stepUpWithoutMfa],
        clients: { web: { send } },
        probe: { userinfo, scope: 'openid profile email phone' },
        op: {
          configuration: {
            scopes: ['openid', 'offline_access', 'profile', 'email', 'phone'],
            conformIdTokenClaims: true,
            claims: {
              openid: ['sub', 'amr', 'acr', 'auth_time', 'sid', 'preferred_username'],
              profile: ['name', 'locale'],
              email: ['email', 'email_verified'],
              phone: ['phone_number'],
            },
            findAccount: (_ctx, sub) => ({
              accountId: sub,
              claims: () => ({ sub, preferred_username: 'carol', ...claims }),
            }),
          },
        },
      })
      await signIn(openBrowser(t), world.web, 'carol')
      t.match(world.authsignal.control.tracks.at(-1)?.attributes, sent)
    })
  }

  await t.test('a userinfo endpoint that fails keeps nobody out', async (t) => {
    const world = await openWorld(t, {
      rules: [stepUpWithoutMfa],
      probe: { userinfo: true },
      provider: { endpoints: { userinfo: '/nowhere' } },
    })
    await signIn(openBrowser(t), world.web, 'carol')
    t.match(world.authsignal.control.tracks.at(-1)?.attributes, { username: 'carol' })
  })
})
