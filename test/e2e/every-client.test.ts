import t from 'tap'
import { begin, Jar } from '../attacks/frame/jar.ts'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { navigation, send } from '../attacks/frame/wire.ts'
import { stepUpWithoutMfa } from '../lab/authsignal/rules.ts'
import { logIn, signIn, startSignIn } from '../lab/people.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectError, expectPage, expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

t.test('clients that are not listed are enforced too', async (t) => {
  const world = await openWorld(t, { rules: [stepUpWithoutMfa], config: { defaults: { mode: 'enforce' } } })
  const { other, authsignal } = world

  await t.test('each gets its answer after a step-up', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const challenge = await signIn(browser, other, 'alice')
    expectChallenge(t, world, challenge)
    t.match(authsignal.control.tracks.at(-1)?.attributes, { custom: { client_id: 'other', scope: /openid/ } })
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), other)
    t.match(seen.audit('released'), [{ client_id: 'other' }])
    await expectSignedIn(t, browser, await startSignIn(browser, other), other)
  })

  await t.test('and its error where there is none', async (t) => {
    const browser = openBrowser(t)
    const left = await browser.click(await signIn(browser, other, 'alice'), 'Cancel')
    expectError(
      t,
      await browser.click(left, 'Back to the application'),
      other,
      'unmet_authentication_requirements',
    )
    expectError(t, await startSignIn(browser, other, 'prompt=none'), other, 'interaction_required')
  })

  await t.test('a request without state is known by its redirect URI', async (t) => {
    const browser = openBrowser(t)
    const query = `client_id=other&response_type=code&scope=openid&redirect_uri=${encodeURIComponent(other.redirectUri)}`
    const login = await browser.navigate(`${world.publicUrl}/connect/authorize?${query}`)
    const challenge = await logIn(browser, login, 'bob')
    expectChallenge(t, world, challenge)
    t.match(authsignal.control.tracks.at(-1)?.attributes, { custom: { client_id: 'other' } })
    const back = await authsignal.control.complete({ userId: 'user-bob' })
    const page = await browser.navigate(back, {
      from: authsignal.hostedUrl,
      stopBefore: (url) => url.origin === other.url,
    })
    t.match(page.headers['location'], `${other.redirectUri}?code=`)
    const slow = openBrowser(t)
    await logIn(slow, await slow.navigate(`${world.publicUrl}/connect/authorize?${query}`), 'bob')
    world.clock.advance(50_000)
    const late = await authsignal.control.complete({ userId: 'user-bob' })
    const driven = await slow.navigate(late, {
      from: authsignal.hostedUrl,
      stopBefore: (url) => url.origin === other.url,
    })
    t.match(driven.headers['location'], `${other.redirectUri}?code=`, 'it is repeated')
  })
})

t.test('a request of a client that is only watched does not stand for one that is enforced', async (t) => {
  const watched = 'https://watched.example.com/cb'
  const stage = await onLenientStage({
    config: { defaults: { mode: 'enforce' } },
    clients: { watched: { mode: 'monitor', redirectUris: [watched] } },
  })(t)
  const { world, op } = stage
  const redirectUri = 'https://elsewhere.example.com/cb'
  const jar = new Jar()
  for (const clientId of ['unlisted', 'watched'])
    await begin(stage, jar, authorizeQuery({ clientId, redirectUri }, { state: 's', prompt: 'login' }))
  op.answer = (_request, response) =>
    response.writeHead(303, { location: `${redirectUri}?code=c&state=s` }).end()
  const answer = await send(world.publicUrl, { target: '/login', headers: [jar.header(), ...navigation] })
  t.match(answer.headers['location'], /\/step-up\/challenge\//)
})

t.test('what no request explains', async (t) => {
  const { world, op, cookie } = await onLenientStage({ config: { defaults: { mode: 'enforce' } } })(t)
  const cases: [what: string, location: string, status: number][] = [
    ['a code for somebody', 'https://elsewhere.example.com/cb?code=c&state=s', 410],
    ['a code within the OP', `${world.publicUrl}/callback?code=c&state=s`, 303],
    ['a token within the OP', `${world.publicUrl}/callback#access_token=c&state=s`, 410],
    ['an error', 'https://elsewhere.example.com/cb?error=access_denied', 303],
    ['no answer to a client', 'https://elsewhere.example.com/', 303],
  ]
  for (const [what, location, status] of cases) {
    op.answer = (_request, response) => response.writeHead(303, { location }).end()
    const answer = await send(world.publicUrl, { target: '/login', headers: [cookie, ...navigation] })
    t.equal(answer.status, status, what)
    t.equal(answer.headers['location'], status === 303 ? location : undefined)
  }
  t.same(
    world.audit('security').map(({ event }) => event),
    ['unrecognised_client', 'unrecognised_client'],
  )
})

t.test('enrolment on the way that may be put off', async (t) => {
  const until = new Date(Date.now() + 3 * 86_400_000).toISOString()
  const world = await openWorld(t, {
    rules: [stepUpWithoutMfa],
    clients: { web: { graceUntil: until }, web2: { graceUntil: until, unenrolled: 'deny' } },
  })
  const { web, web2, authsignal } = world
  const { control } = authsignal

  await t.test('not now', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const page = await signIn(browser, web, 'carol')
    expectPage(t, page, 200, /Set up now/)
    await expectSignedIn(t, browser, await browser.click(page, 'Not now'), web, 'user-carol')
    t.match(seen.audit('decision'), [
      { verdict: 'challenge', reason: 'enrolment_required' },
      { verdict: 'release', reason: 'enrolment_skipped' },
    ])
    expectPage(t, await startSignIn(browser, web), 200, /Set up now/)
    expectError(t, await startSignIn(browser, web2), web2, 'access_denied')
  })

  await t.test('not now, after the code has become too old', async (t) => {
    const browser = openBrowser(t)
    const page = await signIn(browser, web, 'carol')
    world.clock.advance(50_000)
    await expectSignedIn(t, browser, await browser.click(page, 'Not now'), web, 'user-carol')
  })

  await t.test('twice', async (t) => {
    const browser = openBrowser(t)
    const page = await signIn(browser, web, 'carol')
    const skip = browser.link(page, 'Not now')
    const first = await browser.get(skip)
    const second = await browser.get(skip)
    t.match([first.status, second.headers['location']], [303, first.headers['location']])
    const stranger = openBrowser(t)
    expectPage(t, await stranger.get(skip), 400, /browser where you started/)
  })

  await t.test('who is enrolled by now is challenged', async (t) => {
    const browser = openBrowser(t)
    const page = await signIn(browser, web, 'carol')
    control.enrol('user-carol')
    expectChallenge(t, world, await browser.click(page, 'Not now'))
    control.unenrol('user-carol')
  })

  await t.test('who is blocked by now is', async (t) => {
    const browser = openBrowser(t)
    const page = await signIn(browser, web, 'carol')
    control.setRules([])
    control.setAction('oidc-authorize', 'BLOCK')
    expectPage(t, await browser.click(page, 'Not now'), 403, /not allowed/)
    control.setRules([stepUpWithoutMfa])
    control.setAction('oidc-authorize', 'ALLOW')
  })

  await t.test('set up now', async (t) => {
    const browser = openBrowser(t)
    const page = await signIn(browser, web, 'carol')
    const enrol = await browser.click(page, 'Set up now')
    await expectSignedIn(
      t,
      browser,
      await passChallenge(world, browser, enrol, 'user-carol'),
      web,
      'user-carol',
    )
    control.unenrol('user-carol')
  })

  await t.test('until it can not be put off any more', async (t) => {
    const browser = openBrowser(t)
    const page = await signIn(browser, web, 'carol')
    const other = openBrowser(t)
    const skipped = await signIn(other, web, 'carol')
    world.clock.advance(3 * 86_400_000)
    expectPage(t, await browser.click(page, 'Not now'), 410, /.*/)
    t.ok(skipped)
    const late = await startSignIn(openBrowser(t), web)
    t.ok(late)
    expectChallenge(t, world, await signIn(openBrowser(t), web, 'carol'))
  })
})
