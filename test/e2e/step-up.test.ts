import t from 'tap'
import { stepUpForWeb, stepUpWithoutMfa } from '../lab/authsignal/rules.ts'
import { logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'
import { expectChallenge, isChallenge, passChallenge } from './challenge.ts'
import { expectError, expectPage, expectSignedIn } from './expect.ts'
import { forgetSession, openBrowser, openWorld, watch } from './stage.ts'

t.test('a protected client', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForWeb], authsignal: { timeout: '3s' } })
  const { web, web2, other, authsignal } = world
  t.beforeEach(() => {
    authsignal.control.setRules([stepUpForWeb])
    authsignal.control.clearFaults()
    world.clock.advance(10 * 60_000)
  })

  t.test('first visit with enrolment: who has no second factor sets one up on the way', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const page = await signIn(browser, web, 'carol')
    expectChallenge(t, world, page)
    t.match(page.text, /Set up an authenticator app/)
    const { pendingApp } = authsignal.control.user('user-carol')
    authsignal.control.enrol('user-carol', { secret: pendingApp?.secret ?? '' })
    const code = authsignal.control.codeFor('user-carol')
    authsignal.control.unenrol('user-carol')
    await expectSignedIn(t, browser, await browser.submit(page, { code }), web, 'user-carol')
    t.match(seen.audit('decision'), [{ verdict: 'challenge', reason: 'enrolment_required', leg: 'response' }])
    t.match(seen.audit('step_up'), [{ verdict: 'passed', reason: 'passed', method: 'AUTHENTICATOR_APP' }])
    t.ok(authsignal.control.user('user-carol').hasPreviouslyVerified)
  })

  t.test(
    'TOTP challenge after a fresh login in mid-flow: the answer is held until it is passed',
    async (t) => {
      const browser = openBrowser(t)
      const seen = watch(world)
      const login = await startSignIn(browser, web)
      const challenge = await logIn(browser, login, 'alice')
      expectChallenge(t, world, challenge)
      t.equal(web.signIns.length, 1, 'no code has reached the application')
      await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
      t.match(seen.audit('decision'), [{ leg: 'response', verdict: 'challenge', subject: 'user-alice' }])
      t.match(seen.audit('released'), [{ reason: 'kept_response', client_id: 'web' }])
      t.equal(
        seen.atOp().filter((request) => request === 'GET /connect/authorize').length,
        2,
        'with the probe',
      )
    },
  )

  t.test('an answer in a page is kept like one in a redirect', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const challenge = await signIn(browser, web, 'alice', 'response_mode=form_post')
    expectChallenge(t, world, challenge)
    const posting = await passChallenge(world, browser, challenge)
    t.match(posting.headers['content-security-policy'], /form-action http: https:/)
    t.equal(posting.headers['cross-origin-opener-policy'], 'unsafe-none', 'a popup keeps its opener')
    await expectSignedIn(t, browser, await browser.submit(posting), web)
    t.match(seen.audit('released'), [{ reason: 'kept_response' }])
    t.equal(seen.atOp().filter((request) => request === 'GET /connect/authorize').length, 2, 'with the probe')
  })

  t.test('an answer in a page, pushed: who cancels returns with an error in a page', async (t) => {
    const browser = openBrowser(t)
    const query = 'response_mode=form_post&via=par'
    const challenge = await signIn(browser, web, 'alice', query)
    const failed = await browser.click(challenge, 'Cancel')
    const posting = await browser.click(failed, 'Back to the application')
    const end = await browser.submit(posting)
    t.match([end.status, end.text], [400, /error unmet_authentication_requirements/])
    const again = openBrowser(t)
    const passed = await passChallenge(world, again, await signIn(again, web, 'alice', query))
    await expectSignedIn(t, again, await again.submit(passed), web)
  })

  t.test('TOTP challenge with a session at the OP: decided before there is a code', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const seen = watch(world)
    const challenge = await startSignIn(browser, web)
    expectChallenge(t, world, challenge)
    t.match(seen.audit('decision'), [{ leg: 'request', verdict: 'challenge' }])
    t.equal(
      seen.atOp().filter((request) => request === 'GET /connect/authorize').length,
      1,
      'the probe alone',
    )
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.match(seen.audit('released'), [{ reason: 'pass' }])
    t.equal(seen.tracks(), 1)
  })

  t.test('each sign-in asks anew where nothing is to be remembered', async (t) => {
    const browser = openBrowser(t)
    await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    expectChallenge(t, world, await startSignIn(browser, web))
  })

  t.test('no challenge is asked where the rules need none', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    authsignal.control.setRules([])
    await expectSignedIn(t, browser, await signIn(browser, web, 'alice'), web)
    t.match(seen.audit('decision'), [{ verdict: 'release', reason: 'no_challenge_needed' }])
    t.match(seen.audit('released'), [{ client_id: 'web', subject: 'user-alice' }])
  })

  t.test('the rules see the client, the amr and the scope', async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, web, 'dave')
    const { attributes } = authsignal.control.tracks.at(-1) ?? {}
    t.match(attributes, {
      username: 'dave',
      custom: { client_id: 'web', amr: 'pwd,otp,mfa', scope: 'openid profile email', mode: 'enforce' },
    })
  })

  t.test('a second client of the same need: while amr lacks mfa is asked once a session', async (t) => {
    authsignal.control.setRules([stepUpWithoutMfa])
    const browser = openBrowser(t)
    const seen = watch(world)
    await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    await expectSignedIn(t, browser, await startSignIn(browser, web2), web2)
    await expectSignedIn(t, browser, await startSignIn(browser, web), web)
    t.match(seen.audit('decision'), [
      { verdict: 'challenge', client_id: 'web' },
      { verdict: 'release', reason: 'no_challenge_needed', client_id: 'web2' },
      { verdict: 'release', reason: 'no_challenge_needed', client_id: 'web' },
    ])
    const stranger = openBrowser(t)
    expectChallenge(t, world, await signIn(stranger, web2, 'alice'))
  })

  t.test('a step-up by a method that Authsignal does not name counts as mfa, and as no method', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const challenge = await signIn(browser, web, 'alice')
    authsignal.control.fault('validate', { patch: { verificationMethod: undefined } })
    await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
    t.same(
      seen.audit('step_up').map(({ reason, method }) => [reason, method]),
      [['passed', undefined]],
    )
    await expectSignedIn(t, browser, await startSignIn(browser, web2), web2)
    t.match(authsignal.control.tracks.at(-1)?.attributes, { custom: { amr: 'pwd,mfa' } })
  })

  t.test('an unprotected client beside it signs in without a step-up', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    await expectSignedIn(t, browser, await signIn(browser, other, 'alice'), other)
    t.equal(seen.tracks(), 0)
    t.same(seen.audit('decision'), [])
    expectChallenge(t, world, await startSignIn(browser, web))
  })

  for (const [type, reason] of [
    ['BLOCK', 'blocked'],
    ['REVIEW', 'review_required'],
  ] as const) {
    t.test(
      `${reason}: the application gets access_denied, with a session and after a fresh login`,
      async (t) => {
        authsignal.control.setRules([{ ...stepUpForWeb, type }])
        const browser = openBrowser(t)
        const seen = watch(world)
        expectError(t, await signIn(browser, web, 'alice'), web, 'access_denied')
        expectError(t, await startSignIn(browser, web), web, 'access_denied')
        t.match(seen.audit('decision'), [
          { verdict: 'deny', reason, leg: 'response' },
          { verdict: 'deny', reason, leg: 'request' },
        ])
        t.equal(seen.tracks(), 2)
        t.same(seen.audit('released'), [])
      },
    )
  }

  t.test('a state that Authsignal has not yet today is a refusal', async (t) => {
    authsignal.control.fault('track', { patch: { state: 'ALLOW_MAYBE' } })
    const seen = watch(world)
    expectError(t, await signIn(openBrowser(t), web, 'alice'), web, 'access_denied')
    t.match(seen.audit('decision'), [{ reason: 'unknown_state' }])
  })

  t.test('a challenge on a host that is not allowed is no challenge', async (t) => {
    authsignal.control.fault('track', { patch: { url: 'https://authsignal.example/challenge' } })
    expectError(t, await signIn(openBrowser(t), web, 'alice'), web, 'server_error')
  })

  for (const fault of ['500', 'reset', 'timeout'] as const) {
    t.test(`Authsignal down at track (${fault}): temporarily_unavailable`, async (t) => {
      authsignal.control.fault('track', fault, 2)
      const seen = watch(world)
      expectError(t, await signIn(openBrowser(t), web, 'alice'), web, 'temporarily_unavailable')
      t.match(seen.audit('decision'), [{ verdict: 'deny', reason: 'authsignal_unavailable' }])
    })
  }

  for (const fault of ['500', '429', 'timeout', 'html', 'redirect'] as const) {
    t.test(`validate fails (${fault}): a page, and a second try works`, async (t) => {
      const browser = openBrowser(t)
      const challenge = await signIn(browser, web, 'alice')
      authsignal.control.fault('validate', fault, 1)
      const page = await passChallenge(world, browser, challenge)
      expectPage(t, page, 503, /not available right now/)
      const again = await browser.click(page, 'Try again')
      expectChallenge(t, world, again)
      await expectSignedIn(t, browser, await passChallenge(world, browser, again), web)
    })
  }

  for (const [what, answer] of [
    ['another user', { userId: 'user-bob' }],
    ['another action', { action: 'withdraw', actionCode: 'withdraw' }],
    ['another challenge', { idempotencyKey: 'another' }],
    ['a failure', { state: 'CHALLENGE_FAILED' }],
    ['no success', { isValid: false }],
    ['a success of long ago', { stateUpdatedAt: '2020-01-01T00:00:00.000Z' }],
  ] as const) {
    t.test(`a token that stands for ${what} verifies nobody`, async (t) => {
      const browser = openBrowser(t)
      const seen = watch(world)
      const challenge = await signIn(browser, web, 'alice')
      authsignal.control.fault('validate', { patch: answer })
      expectPage(t, await passChallenge(world, browser, challenge), 403, /did not succeed/)
      t.match(seen.audit('step_up'), [{ verdict: 'not_passed', reason: 'failed' }])
      t.same(seen.audit('released'), [])
    })
  }

  t.test('too many wrong codes: the verification did not succeed', async (t) => {
    const browser = openBrowser(t)
    authsignal.control.maxWrongCodes = 1
    const challenge = await signIn(browser, web, 'alice')
    const wrong = await browser.submit(challenge, { code: '000000' })
    authsignal.control.maxWrongCodes = 10
    expectPage(t, await browser.click(wrong, 'Go back'), 403, /did not succeed/)
  })
})

t.test('already satisfied', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpWithoutMfa],
    clients: {
      web: { remember: '10m' },
      web2: { remember: '10m', satisfiedByAmr: ['mfa'], action: 'other' },
    },
  })
  const { web, web2 } = world

  t.test('a step-up is remembered for as long as the policy says', async (t) => {
    world.authsignal.control.setRules([{ ...stepUpForWeb, conditions: undefined }])
    const browser = openBrowser(t)
    await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    const seen = watch(world)
    await expectSignedIn(t, browser, await startSignIn(browser, web), web)
    t.equal(seen.tracks(), 0, 'Authsignal is not asked')
    t.match(seen.audit('released'), [{ reason: 'proof' }])
    t.ok(isChallenge(world, await startSignIn(browser, web2)), 'another action is another need')
    world.clock.advance(10 * 60_000)
    expectChallenge(t, world, await startSignIn(browser, web))
  })

  t.test('it counts for the person who showed it, and no longer than the session at the OP', async (t) => {
    world.authsignal.control.setRules([{ ...stepUpForWeb, conditions: undefined }])
    const browser = openBrowser(t)
    await passChallenge(world, browser, await signIn(browser, web, 'alice'))
    await forgetSession(world, browser)
    expectChallenge(t, world, await signIn(browser, web, 'bob'))
    await forgetSession(world, browser)
    expectChallenge(t, world, await signIn(browser, web, 'alice'))
  })

  t.test('a second factor at the OP satisfies the policy', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    await expectSignedIn(t, browser, await signIn(browser, web2, 'dave'), web2, 'user-dave')
    t.equal(seen.tracks(), 0)
    t.match(seen.audit('released'), [{ reason: 'satisfied_by_amr', subject: 'user-dave' }])
    t.ok([(await readClaims(browser, web2))['amr']].flat().includes('mfa'))
    const alice = openBrowser(t)
    expectChallenge(t, world, await signIn(alice, web2, 'alice'))
  })
})

t.test('who is not enrolled', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpWithoutMfa],
    clients: { web: { unenrolled: 'deny' }, web2: { unenrolled: 'allow' } },
  })

  t.test('not enrolled and denied: the application gets access_denied', async (t) => {
    const seen = watch(world)
    expectError(t, await signIn(openBrowser(t), world.web, 'carol'), world.web, 'access_denied')
    t.match(seen.audit('decision'), [{ verdict: 'deny', reason: 'unenrolled_denied' }])
  })

  t.test('not enrolled and allowed: signs in, and the audit says how', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const page = await signIn(browser, world.web2, 'carol')
    await expectSignedIn(t, browser, page, world.web2, 'user-carol')
    t.match(seen.audit('released'), [{ reason: 'unenrolled_allowed' }])
  })
})

t.test('Authsignal does not answer', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpWithoutMfa],
    clients: { web: { onError: 'allow' } },
    authsignal: { timeout: '3s' },
  })
  const { control } = world.authsignal
  const { web } = world
  t.beforeEach(() => control.clearFaults())

  for (const fault of ['503', 'reset', 'timeout'] as const) {
    t.test(
      `onError allow (${fault}): the sign-in passes, audited as fail-open, and nothing is gained`,
      async (t) => {
        const browser = openBrowser(t)
        const seen = watch(world)
        control.fault('track', fault, 2)
        await expectSignedIn(t, browser, await signIn(browser, web, 'alice'), web)
        t.match(seen.audit('released'), [{ reason: 'fail_open' }])
        control.clearFaults()
        expectChallenge(t, world, await startSignIn(browser, web))
      },
    )
  }

  for (const fault of ['400', '401', '429', 'html', 'empty', 'array', 'redirect'] as const) {
    t.test(`an answer that refuses or can't be read (${fault}) denies, whatever onError says`, async (t) => {
      const seen = watch(world)
      control.fault('track', fault, 2)
      expectError(t, await signIn(openBrowser(t), web, 'alice'), web, 'server_error')
      t.match(seen.audit('decision'), [{ verdict: 'deny', reason: 'authsignal_refused' }])
    })
  }

  t.test('validate never fails open', async (t) => {
    const browser = openBrowser(t)
    const challenge = await signIn(browser, web, 'alice')
    control.fault('validate', '500', 2)
    expectPage(t, await passChallenge(world, browser, challenge), 503, /not available right now/)
  })
})

t.test('methods and modes', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpWithoutMfa],
    clients: { web: { methods: ['PASSKEY'], remember: '10m' }, web2: { mode: 'monitor' } },
  })
  const { web, web2, authsignal } = world

  t.test('method not allowed: a page says so, and the method gains no pass', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    const told = await signIn(browser, web, 'alice')
    expectPage(t, told, 200, /accepts only this: a passkey/)
    const page = await passChallenge(world, browser, await browser.click(told, 'Continue to verification'))
    expectPage(t, page, 403, /Please verify another way/)
    t.match(seen.audit('step_up'), [{ reason: 'method_not_allowed' }])
    expectPage(t, await startSignIn(browser, web), 200, /accepts only this/)
  })

  t.test('an allowed method passes', async (t) => {
    const browser = openBrowser(t)
    authsignal.control.unenrol('user-bob')
    authsignal.control.enrol('user-bob', { method: 'PASSKEY' })
    expectChallenge(t, world, await signIn(browser, web, 'bob'))
    const back = await authsignal.control.complete({ userId: 'user-bob', method: 'PASSKEY' })
    const page = await browser.navigate(back, { from: authsignal.hostedUrl })
    await expectSignedIn(t, browser, page, web, 'user-bob')
  })

  t.test('monitor mode changes nothing and records what enforce would have done', async (t) => {
    const browser = openBrowser(t)
    const seen = watch(world)
    await expectSignedIn(t, browser, await signIn(browser, web2, 'alice'), web2)
    await expectSignedIn(t, browser, await startSignIn(browser, web2), web2)
    await expectSignedIn(t, browser, await startSignIn(browser, web2, 'prompt=none'), web2)
    t.match(seen.audit('decision'), [
      { mode: 'monitor', verdict: 'challenge', client_id: 'web2' },
      { mode: 'monitor', verdict: 'challenge', client_id: 'web2' },
      { mode: 'monitor', verdict: 'deny', client_id: 'web2' },
    ])
    t.match(authsignal.control.tracks.at(-1)?.attributes, { custom: { mode: 'monitor' } })
    t.same(seen.audit('released'), [])
    t.equal(await browser.cookie(world.publicUrl, 'step-up'), undefined, 'no cookie of ours')
  })

  t.test('monitor mode lets people in when Authsignal or the probe fails', async (t) => {
    const browser = openBrowser(t)
    authsignal.control.fault('track', '500', 1)
    await expectSignedIn(t, browser, await signIn(browser, web2, 'alice'), web2)
  })
})
