import { TOTP } from 'otpauth'
import t, { type Test } from 'tap'
import { redirectUrl, startWithSdk, tokenOf, visit, web } from './start-with-sdk.ts'

const action = 'signIn'
const step = 30_000

/** A stand-in with one tracked action of alice, enrolled or not. */
async function arrive(t: Test, options: { enrolled: boolean; url?: string | undefined }) {
  const lab = await startWithSdk()
  t.teardown(lab.close)
  const { sdk, control } = lab
  if (options.enrolled) control.enrol('alice')
  const track = async (idempotencyKey: string) =>
    sdk.track({
      userId: 'alice',
      action,
      attributes: { ...web, redirectUrl: options.url ?? redirectUrl, idempotencyKey },
    })
  const first = await track('k')
  return { ...lab, ...first, track }
}

const secretOn = (page: string) => /id="secret">([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(' ', '') ?? ''
const cancelOn = (page: string) => /href="(\/challenge\/cancel[^"]+)"/.exec(page)?.[1] ?? ''

/** A code that none of the accepted steps has. */
function wrongCode(secret: string, at: number): string {
  const near = [-1, 0, 1].map((offset) => new TOTP({ secret }).generate({ timestamp: at + offset * step }))
  return ['000000', '111111', '222222', '333333'].find((code) => !near.includes(code)) ?? ''
}

t.test('enrolment with a real TOTP', async (t) => {
  const { url, clock, sdk, control } = await arrive(t, { enrolled: false })
  const seen = await visit(url)
  t.equal(seen.status, 200)
  t.match(seen.page, /<title>Set up an authenticator app<\/title>/)
  t.match(seen.page, /<svg [^>]*viewBox/)
  t.match(seen.page, /<p class="who">alice<\/p>/)
  const secret = secretOn(seen.page)
  t.match(secret, /^[A-Z2-7]{32}$/)
  t.match(seen.page, `secret&#61;${secret}`, 'a link for the app on this device')
  t.equal(secretOn((await visit(url)).page), secret, 'a reload shows the same secret')

  const code = new TOTP({ secret }).generate({ timestamp: clock.at })
  const wrong = await visit(url, wrongCode(secret, clock.at))
  t.equal(wrong.status, 400)
  t.match(wrong.page, /That code is not right/)
  t.equal(secretOn(wrong.page), secret)
  t.equal((await sdk.getUser({ userId: 'alice' })).isEnrolled, false)

  const done = await visit(url, ` ${code.slice(0, 3)} ${code.slice(3)} `)
  t.equal(done.status, 303)
  t.ok(done.location.startsWith(`${redirectUrl}&token=`), 'the query is kept, the token appended')
  t.match(await sdk.validateChallenge({ token: tokenOf(done.location) }), {
    isValid: true,
    state: 'CHALLENGE_SUCCEEDED',
    userId: 'alice',
    action,
    idempotencyKey: 'k',
    verificationMethod: 'AUTHENTICATOR_APP',
  })
  t.match(await sdk.getUser({ userId: 'alice' }), {
    isEnrolled: true,
    enrolledVerificationMethods: ['AUTHENTICATOR_APP'],
  })
  t.equal(control.user('alice').authenticators[0]?.secret, secret)
  t.match(await sdk.getAuthenticators({ userId: 'alice' }), [{ lastVerifiedAt: '2026-01-05T10:00:00.000Z' }])
  t.equal((await visit(url)).status, 303, 'once done it leads back at once')
})

t.test('a challenge: the code of now, before and after, each once', async (t) => {
  const { url, clock, sdk, control, track } = await arrive(t, { enrolled: true })
  const { secret = '' } = control.user('alice').authenticators[0] ?? {}
  const codeAt = (offset: number) => new TOTP({ secret }).generate({ timestamp: clock.at + offset * step })
  const seen = await visit(url)
  t.match(seen.page, /Confirm that it’s you/)
  t.equal(secretOn(seen.page), '', 'no secret is shown any more')

  for (const offset of [-2, 2]) {
    const refused = await visit(url, codeAt(offset))
    t.match(refused.page, /not right/, `${offset} steps away`)
  }
  for (const typed of ['', '12345', '1234567', 'abcdef'])
    t.match((await visit(url, typed)).page, /A code has six digits/)
  t.equal(control.action('alice').wrongCodes, 2, 'what is no code is not counted')

  for (const [index, offset] of [-1, 0, 1].entries()) {
    const { url: next } = await track(`k${index}`)
    const done = await visit(next, codeAt(offset))
    t.equal(done.status, 303, `${offset} steps away`)
    t.equal((await sdk.validateChallenge({ token: tokenOf(done.location) })).isValid, true)
  }
  const { url: last } = await track('last')
  for (const offset of [-1, 0, 1]) t.match((await visit(last, codeAt(offset))).page, /was used before/)
  clock.at += step
  t.equal((await visit(last, codeAt(1))).status, 303)
})

t.test('codeFor gives what will be accepted, as long as there is something', async (t) => {
  const { clock, control, track } = await arrive(t, { enrolled: true })
  for (const key of ['a', 'b']) {
    const { url } = await track(key)
    t.equal((await visit(url, control.codeFor('alice'))).status, 303)
  }
  t.throws(() => control.codeFor('alice'), { message: /advance the clock/ })
  clock.at += step
  t.match(control.codeFor('alice'), /^\d{6}$/)
})

t.test('ten wrong codes end the attempt', async (t) => {
  for (const enrolled of [true, false]) {
    const { url, sdk, token, control, clock } = await arrive(t, { enrolled })
    await visit(url)
    const user = control.user('alice')
    const secret = (user.pendingApp ?? user.authenticators[0])?.secret ?? ''
    const wrong = wrongCode(secret, clock.at)
    for (let count = 1; count <= 9; count += 1) t.match((await visit(url, wrong)).page, /not right/)
    t.not((await sdk.validateChallenge({ token })).state, 'CHALLENGE_FAILED')
    const tenth = await visit(url, wrong)
    t.match(tenth.page, /Too many wrong codes/)
    t.match(await sdk.validateChallenge({ token }), { isValid: false, state: 'CHALLENGE_FAILED' })
    t.match((await visit(url)).page, /Too many wrong codes/, 'and it stays over')
    if (enrolled) t.match((await visit(url, control.codeFor('alice'))).page, /Too many wrong codes/)
    const back = await visit(new URL(cancelOn(tenth.page), url).href)
    t.match(await sdk.validateChallenge({ token: tokenOf(back.location) }), { state: 'CHALLENGE_FAILED' })
  }
})

t.test('cancel comes back with a token that proves nothing, or without one', async (t) => {
  for (const enrolled of [true, false]) {
    const { url, sdk, control } = await arrive(t, { enrolled })
    const cancelUrl = new URL(cancelOn((await visit(url)).page), url).href
    const back = await visit(cancelUrl)
    t.equal(back.status, 303)
    t.match(await sdk.validateChallenge({ token: tokenOf(back.location) }), {
      isValid: false,
      state: enrolled ? 'CHALLENGE_REQUIRED' : 'ALLOW',
    })
    control.cancelWithoutToken = true
    t.equal((await visit(cancelUrl)).location, redirectUrl)
  }
})

t.test('the address to return to is kept as it is', async (t) => {
  const table: [redirectUrl: string, location: RegExp][] = [
    ['http://localhost:4400/r', /^http:\/\/localhost:4400\/r\?token=[\w.-]+$/],
    ['http://localhost:4400/r?', /^http:\/\/localhost:4400\/r\?&token=[\w.-]+$/],
    ['http://localhost:4400/r?a=%20+%C3%A9&b', /^http:\/\/localhost:4400\/r\?a=%20\+%C3%A9&b&token=[\w.-]+$/],
    ['http://localhost:4400/r?a=1#f?x', /^http:\/\/localhost:4400\/r\?a=1&token=[\w.-]+#f\?x$/],
    ['http://localhost:4400/r?token=mine', /^http:\/\/localhost:4400\/r\?token=mine&token=[\w.-]+$/],
  ]
  for (const [url, location] of table) {
    const { control } = await arrive(t, { enrolled: true, url })
    t.match(await control.complete({ userId: 'alice' }), location)
  }
})

t.test('states in which there is nothing to do lead back at once', async (t) => {
  const { url, sdk, control } = await arrive(t, { enrolled: true })
  for (const state of ['ALLOW', 'BLOCK', 'REVIEW_REQUIRED', 'REVIEW_FAILED'] as const) {
    control.setState('alice', action, 'k', state)
    for (const code of [undefined, '123456']) {
      const { status, location } = await visit(url, code)
      t.equal(status, 303, state)
      t.match(await sdk.validateChallenge({ token: tokenOf(location) }), { isValid: false, state })
    }
  }
})

t.test('who was blocked can not enrol', async (t) => {
  const { url, control } = await arrive(t, { enrolled: false })
  control.setState('alice', action, 'k', 'BLOCK')
  t.equal((await visit(url)).status, 303)
})

t.test('two tabs of a user who is not enrolled show one secret', async (t) => {
  const { url, track, clock } = await arrive(t, { enrolled: false })
  const { url: other } = await track('other')
  const secret = secretOn((await visit(url)).page)
  t.equal(secretOn((await visit(other)).page), secret)
  const codeAt = (offset: number) => new TOTP({ secret }).generate({ timestamp: clock.at + offset * step })
  t.equal((await visit(url, codeAt(0))).status, 303)
  t.match((await visit(other)).page, /Confirm that it’s you/, 'the other tab is a challenge now')
  t.match((await visit(other, codeAt(0))).page, /was used before/)
  t.equal((await visit(other, codeAt(1))).status, 303)
})

t.test('methods that the page can not check', async (t) => {
  const { sdk, control, track } = await arrive(t, { enrolled: true })
  control.setAction(action, 'CHALLENGE', { verificationMethods: ['PASSKEY'] })
  control.setRules([])
  control.enrol('alice', { method: 'PASSKEY' })
  const { url } = await track('passkey')
  const seen = await visit(url)
  t.match(seen.page, /Another method is needed/)
  t.equal((await visit(url, control.codeFor('alice'))).status, 200, 'no code helps')
  const back = await visit(new URL(cancelOn(seen.page), url).href)
  t.match(await sdk.validateChallenge({ token: tokenOf(back.location) }), { state: 'CHALLENGE_REQUIRED' })

  control.enrol('bob', { method: 'SMS' })
  control.setAction(action, 'CHALLENGE')
  const bob = await sdk.track({ userId: 'bob', action, attributes: web })
  t.match((await visit(bob.url)).page, /Another method is needed/, 'nor does an enrolment')
})

t.test('a link that is expired, broken or of nobody shows a page', async (t) => {
  const { url, hostedUrl, clock, sdk } = await arrive(t, { enrolled: true })
  const cancelUrl = url.replace('/challenge?', '/challenge/cancel?')
  const { url: dead } = await sdk.track({ userId: 'gone', action })
  await sdk.deleteUser({ userId: 'gone' })
  const expect = async (address: string, code?: string) => {
    const { status, page } = await visit(address, code)
    t.equal(status, 410)
    t.match(page, /This link no longer works/)
  }
  for (const address of [dead, `${hostedUrl}/challenge`, `${hostedUrl}/challenge?t=x`, `${url}x`])
    await expect(address)
  t.equal((await visit(url)).status, 200)
  clock.at += 600_000
  await expect(url)
  await expect(url, '123456')
  await expect(cancelUrl)
})

t.test('without a redirectUrl there is a last page', async (t) => {
  const lab = await startWithSdk()
  t.teardown(lab.close)
  lab.control.enrol('alice')
  const attributes = { custom: web.custom }
  const { url } = await lab.sdk.track({ userId: 'alice', action, attributes })
  const done = await visit(url, lab.control.codeFor('alice'))
  t.equal(done.status, 200)
  t.match(done.page, /All done/)
})

t.test('parameters that SDKs append do no harm, and what users are called is escaped', async (t) => {
  const { url, sdk } = await arrive(t, { enrolled: true })
  for (const more of ['&mode=popup', '&force_enrollment=true', '&state=abc'])
    t.match((await visit(`${url}${more}`)).page, /Confirm that it’s you/)
  const attributes = { ...web, username: '<b>"eve' }
  const eve = await sdk.track({ userId: 'eve', action, attributes })
  const { page } = await visit(eve.url)
  t.match(page, 'class="who">&#60;b&#62;&#34;eve')
  t.notMatch(page, '<b>')
})

t.test('the pages are not cached and load nothing', async (t) => {
  const { url } = await arrive(t, { enrolled: false })
  const { headers } = await fetch(url)
  t.equal(headers.get('cache-control'), 'no-store')
  t.equal(headers.get('referrer-policy'), 'no-referrer')
  t.match(headers.get('content-security-policy'), /^default-src 'none'/)
  t.match(headers.get('content-type'), 'text/html; charset=utf-8')
})
