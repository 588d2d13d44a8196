import t, { type Test } from 'tap'
import { stepUpForWeb, stepUpWithoutMfa } from '../lab/authsignal/rules.ts'
import { readClaims, signIn, startSignIn } from '../lab/people.ts'
import type { World, WorldOptions } from '../lab/world.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectPage, expectSignedIn } from './expect.ts'
import { meetPasskeyPerson, preparePasskeys, withPasskeys } from './passkey-person.ts'
import { forgetSession, openWorld, watch } from './stage.ts'

type PasskeyPerson = ReturnType<typeof meetPasskeyPerson>

async function openPasskeyWorld(t: Test, options: WorldOptions = {}): Promise<World> {
  const world = await openWorld(t, { ...withPasskeys, rules: [stepUpWithoutMfa], ...options })
  preparePasskeys(world)
  return world
}

function meet(t: Test, world: World): PasskeyPerson {
  const person = meetPasskeyPerson(world)
  t.teardown(person.leave)
  return person
}

/** Signs in with password and app, and adds a passkey on the page for it. */
async function addPasskey(t: Test, world: World, person: PasskeyPerson, username = 'alice'): Promise<void> {
  const subject = `user-${username}`
  const { browser } = person
  const challenge = await signIn(browser, world.web, username)
  await expectSignedIn(
    t,
    browser,
    await passChallenge(world, browser, challenge, subject),
    world.web,
    subject,
  )
  const asked = await browser.navigate(`${world.publicUrl}/step-up/passkeys`)
  expectChallenge(t, world, asked)
  expectPage(t, await passChallenge(world, browser, asked, subject), 200, /Passkeys/)
  t.match(await person.addPasskey(), { data: { token: 'page' } })
}

t.test('a passkey is added and signs its user in', async (t) => {
  const world = await openPasskeyWorld(t)
  const { web, authsignal } = world
  const person = meet(t, world)
  const { browser } = person
  await addPasskey(t, world, person)
  t.match(authsignal.control.passkeysOf('user-alice'), [{ username: 'alice' }])
  t.match(authsignal.control.tracks.at(-1), {
    action: 'passkeys',
    attributes: { scope: 'add:authenticators' },
  })
  const page = await browser.navigate(`${world.publicUrl}/step-up/passkeys?notice=added`)
  expectPage(t, page, 200, /Passkeys/)

  await forgetSession(world, browser)
  const seen = watch(world)
  const login = await startSignIn(browser, web)
  const { data } = await person.usePasskey()
  t.match(data, { userId: 'user-alice', token: /^[\w-]{22}$/ }, 'an id of ours, no token of Authsignal')
  await expectSignedIn(t, browser, await person.enter(login.url, data?.token), web)
  t.match(await readClaims(browser, web), { sub: 'user-alice', amr: ['swk'] })
  t.equal(seen.tracks(), 0, 'a passkey sign-in is a step-up: nobody is asked again')
  t.match(seen.audit('signed_in'), [{ subject: 'user-alice', by: 'jwt' }])
  t.match(seen.audit('decision'), [{ verdict: 'release', reason: 'pass' }])

  await t.test('its proof counts for what follows in the same session', async (t) => {
    await expectSignedIn(t, browser, await startSignIn(browser, world.web2), world.web2)
    t.match(authsignal.control.tracks.at(-1)?.attributes, { custom: { amr: 'swk,mfa' } })
    expectPage(t, await browser.navigate(`${world.publicUrl}/step-up/passkeys`), 200, /Passkeys/)
  })

  await t.test('the id counts once', async (t) => {
    expectPage(t, await person.enter(login.url, data?.token), 410, /already been used/)
  })
})

t.test('a passkey sign-in is one pass', async (t) => {
  const world = await openPasskeyWorld(t, { rules: [stepUpForWeb] })
  const { web, authsignal } = world
  const person = meet(t, world)
  const { browser } = person
  await addPasskey(t, world, person)
  await forgetSession(world, browser)
  const login = await startSignIn(browser, web)
  const { data } = await person.usePasskey()
  await expectSignedIn(t, browser, await person.enter(login.url, data?.token), web)
  const again = await startSignIn(browser, web)
  expectChallenge(t, world, again)
  t.match(authsignal.control.tracks.at(-1)?.attributes, { custom: { amr: 'swk,mfa' } })
})

t.test('whose passkey it is', async (t) => {
  const world = await openPasskeyWorld(t)
  const { web, authsignal } = world
  const [alice, bob] = [meet(t, world), meet(t, world)]
  await addPasskey(t, world, alice)
  await addPasskey(t, world, bob, 'bob')

  await t.test("bob's passkey signs bob in, and gives alice's session nothing", async (t) => {
    const stranger = meet(t, world)
    stranger.authenticator.credentials.push(...bob.authenticator.credentials)
    const login = await startSignIn(stranger.browser, web)
    const { data } = await stranger.usePasskey()
    t.equal(data?.userId, 'user-bob')
    // The password of alice is known here too: at the login page it is typed, and not the passkey used.
    const asked = await signIn(stranger.browser, web, 'alice')
    expectChallenge(t, world, asked)
    const page = await stranger.enter(login.url, data?.token)
    t.notMatch(page.url, web.url, 'the interaction is over')
    expectChallenge(t, world, await startSignIn(stranger.browser, world.web2))
  })

  await t.test('what one browser began no other goes on with', async (t) => {
    const [victim, attacker] = [meet(t, world), meet(t, world)]
    attacker.authenticator.credentials.push(...bob.authenticator.credentials)
    const login = await startSignIn(victim.browser, web)
    await victim.ask('/client/challenge', {})
    const { data } = await attacker.usePasskey()
    expectPage(t, await victim.enter(login.url, data?.token), 400, /the browser where you started/)
    const begun = await attacker.ask('/client/challenge', {})
    const options = '/client/user-authenticators/passkey/authentication-options'
    t.match(await victim.ask(options, begun.body), { status: 403, body: { errorCode: 'passkey_refused' } })
    const ceremony = await attacker.ask(options, begun.body)
    const answer = {
      challengeId: ceremony.body['challengeId'],
      authenticationCredential: attacker.authenticator.assert(
        ceremony.body['options'] as Parameters<typeof attacker.authenticator.assert>[0],
        world.publicUrl,
      ),
    }
    t.match(await victim.ask('/client/verify/passkey', answer), { status: 403 })
    t.match(await attacker.ask('/client/verify/passkey', answer), { status: 200 }, 'it did not burn')
    t.match(await attacker.ask('/client/verify/passkey', answer), { status: 403 }, 'and counts once')
  })

  const forgeries: [what: string, patch: Record<string, unknown>][] = [
    ['another action', { action: 'oidc-authorize', actionCode: 'oidc-authorize' }],
    ['another sign-in', { idempotencyKey: 'another' }],
    ['another method', { verificationMethod: 'AUTHENTICATOR_APP' }],
    ['a challenge that did not succeed', { state: 'CHALLENGE_REQUIRED' }],
    ['a token that does not count', { isValid: false }],
    ['another time', { stateUpdatedAt: '2020-01-01T00:00:00Z' }],
    ['nobody', { userId: undefined }],
  ]
  for (const [what, patch] of forgeries) {
    await t.test(`a token of ${what} signs nobody in`, async (t) => {
      const stranger = meet(t, world)
      stranger.authenticator.credentials.push(...bob.authenticator.credentials)
      authsignal.control.fault('validate', { patch })
      t.match(await stranger.usePasskey(), { errorCode: 'passkey_refused' })
    })
  }

  await t.test('an id of ours lives for a minute', async (t) => {
    const stranger = meet(t, world)
    stranger.authenticator.credentials.push(...bob.authenticator.credentials)
    const login = await startSignIn(stranger.browser, web)
    const { data } = await stranger.usePasskey()
    world.clock.advance(61_000)
    expectPage(t, await stranger.enter(login.url, data?.token), 410, /took too long/)
  })

  await t.test('it leads back to the login page only', async (t) => {
    const stranger = meet(t, world)
    for (const page of ['/', '/connect/authorize', '/interaction/a/b', '//evil.example/interaction/a']) {
      const target = `${world.publicUrl}/step-up/passkeys/enter/x?return_to=${encodeURIComponent(page)}`
      const { status } = await stranger.browser.navigate(target)
      t.match(status, page.startsWith('//') ? 403 : 403, page)
    }
    t.equal((await stranger.browser.navigate(`${world.publicUrl}/step-up/passkeys/enter/x`)).status, 400)
    const frame = { 'sec-fetch-dest': 'iframe' }
    t.equal((await stranger.browser.get(`${world.publicUrl}/step-up/passkeys/enter/x`, frame)).status, 400)
  })
})

t.test('the page for passkeys', async (t) => {
  const world = await openPasskeyWorld(t, {
    clients: { web: { returnUris: ['https://app.example.com/settings'] } },
  })
  const { web, authsignal, publicUrl } = world
  const address = `${publicUrl}/step-up/passkeys`
  const { control } = authsignal

  await t.test('is for people who are signed in', async (t) => {
    const person = meet(t, world)
    expectPage(t, await person.browser.navigate(address), 403, /sign in first/)
    t.match(await person.addPasskey(), { errorCode: 'unauthorized' })
    t.equal((await person.browser.get(address, { 'sec-fetch-dest': 'iframe' })).status, 400)
  })

  await t.test('leads through the sign-in and back', async (t) => {
    const { browser } = meet(t, world)
    const target = `${address}?return_to=${encodeURIComponent('https://app.example.com/settings')}`
    const closed = await browser.navigate(target)
    expectPage(t, closed, 403, /sign in first/)
    const login = await browser.click(closed, 'Sign in')
    const asked = await browser.submit(login, { username: 'alice', password: 'alice' }, { form: '/login' })
    expectChallenge(t, world, asked)
    const page = await passChallenge(world, browser, asked)
    t.equal(page.url, target, 'where it began, and nowhere else')
    expectPage(t, page, 200, /Passkeys/)
    t.match(page.body, 'https://app.example.com/settings')
  })

  await t.test('leads back to no address that nobody listed', async (t) => {
    const { browser } = meet(t, world)
    const closed = await browser.navigate(
      `${address}?return_to=${encodeURIComponent('https://evil.example/')}`,
    )
    const login = await browser.click(closed, 'Sign in')
    const asked = await browser.submit(login, { username: 'alice', password: 'alice' }, { form: '/login' })
    const page = await passChallenge(world, browser, asked)
    t.equal(page.url, address)
    t.notMatch(page.body, 'evil.example')
  })

  await t.test("another browser can't bring the answer", async (t) => {
    const [victim, attacker] = [meet(t, world).browser, meet(t, world).browser]
    const login = await attacker.navigate(`${address}/sign-in`)
    const stopBefore = (url: URL) => url.pathname === '/step-up/probe'
    const form = { username: 'bob', password: 'bob' }
    const answer = await attacker.submit(login, form, { form: '/login', stopBefore })
    const location = String(answer.headers['location'])
    t.match(location, /\/step-up\/probe\?.*code=/)
    expectPage(t, await victim.navigate(location), 400, /the browser where you started/)
    expectChallenge(t, world, await attacker.navigate(location))
    t.equal((await attacker.get(`${address}/sign-in`, { 'sec-fetch-dest': 'iframe' })).status, 400)
  })

  await t.test('opens for a step-up only, whatever the rules allow', async (t) => {
    const person = meet(t, world)
    await expectSignedIn(
      t,
      person.browser,
      await passChallenge(world, person.browser, await signIn(person.browser, web, 'alice')),
      web,
    )
    control.setAction('passkeys', 'ALLOW')
    expectPage(t, await person.browser.navigate(address), 403, /not allowed/)
    t.match(world.log.join(''), /the rules of the passkey page ask for no challenge/)
    control.setAction('passkeys', 'BLOCK')
    expectPage(t, await person.browser.navigate(address), 403, /not allowed/)
    t.match(await person.addPasskey(), { errorCode: 'not_allowed' })
    control.setAction('passkeys', 'CHALLENGE')
    expectChallenge(t, world, await person.browser.navigate(address))
    expectChallenge(t, world, await person.browser.navigate(`${address}/remove?id=any`))
    world.clock.advance(61_000)
    t.match(await person.addPasskey(), { errorCode: 'unauthorized' }, 'the last denial was kept for a minute')
  })

  await t.test('stays closed while Authsignal does not answer', async (t) => {
    const person = meet(t, world)
    const challenge = await signIn(person.browser, web, 'alice')
    await passChallenge(world, person.browser, challenge)
    control.fault('track', '503')
    expectPage(t, await person.browser.navigate(address), 503, /not available right now/)
  })

  await t.test('shows and removes', async (t) => {
    const person = meet(t, world)
    const { browser } = person
    await addPasskey(t, world, person)
    const page = await browser.navigate(
      `${address}?return_to=${encodeURIComponent('https://app.example.com/settings')}`,
    )
    t.match(page.body, 'https://app.example.com/settings')
    const astray = await browser.navigate(
      `${address}?return_to=${encodeURIComponent('https://evil.example.com/')}`,
    )
    t.notMatch(astray.body, 'evil.example.com')
    t.match(page.headers['content-security-policy'], `script-src ${publicUrl}/step-up/assets/`)
    const [passkey] = control.passkeysOf('user-alice')
    const id = passkey?.userAuthenticatorId ?? ''
    t.match(page.text, 'Virtual authenticator')
    const asked = await browser.click(page, 'Remove')
    expectPage(t, asked, 200, /Remove this passkey\? You are about to remove Virtual authenticator/)
    const kept = await browser.click(asked, 'Keep it')
    t.equal(kept.url, page.url)
    for (const other of ['another', ''])
      expectPage(t, await browser.navigate(`${address}/remove?id=${other}`), 200, /could not be removed/)
    t.equal(control.passkeysOf('user-alice').length, 1, 'a question removes nothing')
    expectPage(t, await meet(t, world).browser.navigate(`${address}/remove?id=${id}`), 403, /sign in first/)
    const elsewhere = await browser.post(
      `${address}/remove`,
      { id },
      { headers: { origin: 'https://evil.example.com' } },
    )
    expectPage(t, elsewhere, 400, /could not be read/)
    t.equal(control.passkeysOf('user-alice').length, 1)
    for (const form of [{ id: 'another' }, { id: '' }, {}]) {
      const left = await browser.post(`${address}/remove`, form, { from: address })
      expectPage(t, left, 200, /nothing was removed|not removed|could not/i)
      t.equal(control.passkeysOf('user-alice').length, 1)
    }
    const removed = await browser.submit(asked, {})
    expectPage(t, removed, 200, /removed/i)
    t.match(removed.url, 'return_to=https', 'the link back stays')
    t.equal(control.passkeysOf('user-alice').length, 0)
    t.match(
      world.audit('passkey').map(({ change }) => change),
      ['added', 'removed'],
    )
  })

  await t.test('of two removals at once one waits for the other', async (t) => {
    const person = meet(t, world)
    const { browser } = person
    control.unenrol('user-bob')
    control.enrol('user-bob')
    await addPasskey(t, world, person, 'bob')
    control.enrol('user-bob', { method: 'PASSKEY' })
    const user = control.user('user-bob')
    user.authenticators = user.authenticators.filter(
      ({ verificationMethod }) => verificationMethod === 'PASSKEY',
    )
    t.equal(user.authenticators.length, 2)
    const ids = user.authenticators.map(({ userAuthenticatorId }) => userAuthenticatorId)
    const removals = ids.map((id) => browser.post(`${address}/remove`, { id }, { from: address }))
    const texts = (await Promise.all(removals)).map(({ text }) => text)
    t.equal(texts.filter((text) => text.includes('The passkey was removed')).length, 1)
    t.equal(control.user('user-bob').authenticators.length, 1)
  })

  await t.test('the last authenticator stays', async (t) => {
    const person = meet(t, world)
    const { browser } = person
    control.unenrol('user-bob')
    control.enrol('user-bob')
    await addPasskey(t, world, person, 'bob')
    const user = control.user('user-bob')
    user.authenticators = user.authenticators.filter(
      ({ verificationMethod }) => verificationMethod === 'PASSKEY',
    )
    const id = control.passkeysOf('user-bob')[0]?.userAuthenticatorId ?? ''
    expectPage(t, await browser.navigate(`${address}/remove?id=${id}`), 200, /last way to verify/)
    expectPage(t, await browser.post(`${address}/remove`, { id }, { from: address }), 200, /Passkeys/)
    t.equal(control.passkeysOf('user-bob').length, 1)
  })

  await t.test('stays open for long: each passkey gets a token of its own', async (t) => {
    const person = meet(t, world)
    const { browser } = person
    const challenge = await signIn(browser, web, 'carol')
    await passChallenge(world, browser, challenge, 'user-carol')
    await passChallenge(world, browser, await browser.navigate(address), 'user-carol')
    world.clock.advance(9 * 60_000)
    t.match(await person.addPasskey(), { data: { token: 'page' } })
    world.clock.advance(2 * 60_000)
    t.match(await person.addPasskey(), { errorCode: 'unauthorized' }, 'the proof is too old')
    const id = control.passkeysOf('user-carol')[0]?.userAuthenticatorId ?? ''
    expectChallenge(t, world, await browser.post(`${address}/remove`, { id }, { from: address }))
    t.equal(control.passkeysOf('user-carol').length, 1)
  })

  await t.test('says so where Authsignal does not answer', async (t) => {
    const person = meet(t, world)
    const { browser } = person
    control.unenrol('user-bob')
    control.enrol('user-bob')
    await addPasskey(t, world, person, 'bob')
    for (const fault of ['401', 'html', 'redirect', 'reset'] as const) {
      control.fault('authenticators', fault, 2)
      expectPage(t, await browser.navigate(address), 503, /not available/)
      control.clearFaults()
      control.fault('client', fault, 2)
      const answer = await person.addPasskey()
      t.match(answer.errorCode, fault === 'reset' ? 'verification_unavailable' : 'passkey_refused', fault)
      control.clearFaults()
    }
  })
})

t.test('what the scripts of the pages call', async (t) => {
  const world = await openPasskeyWorld(t)
  const person = meet(t, world)
  const refused: [
    what: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
    status: number,
  ][] = [
    ['another origin', '/client/challenge', {}, { origin: 'https://evil.example.com' }, 400],
    ['a form', '/client/challenge', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
    ['no JSON', '/client/challenge', '{', {}, 400],
    ['too much', '/client/challenge', { a: 'x'.repeat(70_000) }, {}, 400],
    ['no challenge', '/client/user-authenticators/passkey/authentication-options', {}, {}, 400],
    [
      'no cookie',
      '/client/user-authenticators/passkey/authentication-options',
      { challengeId: 'a' },
      { cookie: '' },
      400,
    ],
    [
      'no such challenge',
      '/client/verify/passkey',
      { challengeId: 'a', authenticationCredential: {} },
      {},
      403,
    ],
  ]
  await person.ask('/client/challenge', {})
  for (const [what, path, body, headers, status] of refused) {
    t.match(
      await person.ask(path, body, headers),
      { status, body: { error: /^\w+$/, errorDescription: /./ } },
      what,
    )
  }
  world.authsignal.control.fault('client', '500')
  t.match(await person.ask('/client/challenge', {}), { status: 503 })
  t.match(world.authsignal.requests.filter(({ path }) => path === '/v1/client/challenge')[0]?.body, {
    action: 'passkey-sign-in',
    idempotencyKey: /^[\w-]{22}$/,
  })
})
