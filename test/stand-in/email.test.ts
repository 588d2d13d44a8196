import t, { type Test } from 'tap'
import { stepUpByEmail } from '../lab/authsignal/rules.ts'
import { startWithSdk, tokenOf, web } from './start-with-sdk.ts'

const action = 'signIn'
const byEmail = { rules: [stepUpByEmail({ clientId: 'web' })] }

/** A browser without script, which follows redirects within the pages. */
async function open(url: string, fields?: Record<string, string>) {
  const form = fields && { method: 'POST', body: new URLSearchParams(fields) }
  const response = await fetch(url, { redirect: 'manual', ...form })
  const location = response.headers.get('location') ?? ''
  if (location.startsWith('/')) return open(new URL(location, url).href)
  const page = await response.text()
  return { status: response.status, location, page }
}

async function arrive(t: Test, attributes: object = {}, enrolled?: string) {
  const lab = await startWithSdk(byEmail)
  t.teardown(lab.close)
  if (enrolled !== undefined) lab.control.enrol('erin', { method: 'EMAIL_OTP', email: enrolled })
  const track = async (idempotencyKey: string) =>
    lab.sdk.track({ userId: 'erin', action, attributes: { ...web, ...attributes, idempotencyKey } })
  const tracked = await track('k')
  return { ...lab, ...tracked, track }
}

const wrongOf = (code: string) => (code === '000000' ? '111111' : '000000')

t.test('enrolment: the address that track told is shown and can not be changed', async (t) => {
  const { url, sdk, control, state, isEnrolled } = await arrive(t, { email: 'erin@example.com' })
  t.same([state, isEnrolled], ['ALLOW', false])
  const first = await open(url)
  t.match(first.page, /<h1>Get codes by email<\/h1>/)
  t.match(first.page, /<input[^>]*id="email"[^>]*value="erin@example\.com"[^>]*readonly/)
  t.equal(control.mails.length, 0, 'nothing is sent unasked')
  const second = await open(url, { email: 'mallory@example.com' })
  t.match(second.page, /sent to <b id="address">erin@example\.com<\/b>/)
  t.notMatch(second.page, 'Use another address')
  t.match(control.mails, [{ userId: 'erin', to: 'erin@example.com', code: /^\d{6}$/ }])
  t.match((await open(url, { change: '1' })).page, /erin@example\.com/)

  const done = await open(url, { code: ` ${control.mailedCodeFor('erin')} ` })
  t.equal(done.status, 303)
  t.match(await sdk.validateChallenge({ token: tokenOf(done.location) }), {
    isValid: true,
    userId: 'erin',
    idempotencyKey: 'k',
    verificationMethod: 'EMAIL_OTP',
  })
  t.match(await sdk.getAuthenticators({ userId: 'erin' }), [
    { verificationMethod: 'EMAIL_OTP', email: 'erin@example.com', lastVerifiedAt: /Z$/ },
  ])
  t.match(await sdk.getUser({ userId: 'erin' }), { isEnrolled: true, emailVerified: true })
})

t.test('enrolment: without an address it is asked for, and can be changed', async (t) => {
  const { url, sdk, control, track } = await arrive(t)
  t.notMatch((await open(url)).page, /<input[^>]*readonly/)
  for (const email of ['', 'erin', 'erin@', '<b>"'])
    t.match(await open(url, { email }), { status: 400, page: /not an email address/ })
  t.notMatch((await open(url, { email: '<b>"' })).page, '<b>"')
  await open(url, { email: 'typo@example.com' })
  const stale = control.mailedCodeFor('erin')
  t.match((await open(url, { change: '1' })).page, /id="email"/)
  t.match(await open(url, { code: stale }), { status: 400, page: /id="email"/ })
  await open(url, { email: ' erin@example.com ' })
  t.equal(control.mails.at(-1)?.to, 'erin@example.com')

  await sdk.track({ userId: 'erin', action, attributes: { email: 'told@example.com' } })
  t.match((await open(url)).page, /value="told@example\.com"[^>]*readonly/, 'what is told later counts')
  t.equal((await open(url, { code: control.mailedCodeFor('erin') })).status, 400)
  await open(url, {})
  t.equal((await open(url, { code: control.mailedCodeFor('erin') })).status, 303)
  t.match(control.user('erin').attributes, { email: 'told@example.com', emailVerified: true })
  t.equal((await track('next')).state, 'CHALLENGE_REQUIRED')
})

t.test('a challenge: a code is sent on arrival, once, and again when asked', async (t) => {
  const { url, sdk, control, clock, track, state } = await arrive(t, {}, 'erin@example.com')
  t.equal(state, 'CHALLENGE_REQUIRED')
  t.equal((await open(url, { code: '123456' })).status, 400, 'before anything was sent')
  t.match((await open(url)).page, /Confirm that it’s you/)
  await open(url)
  t.equal(control.mails.length, 1, 'a reload sends nothing')
  const first = control.mailedCodeFor('erin')
  t.match((await open(url, { resend: '1' })).page, /id="code"/)
  t.equal(control.mails.length, 2)
  const code = control.mailedCodeFor('erin')
  if (first !== code) t.match((await open(url, { code: first })).page, /newest mail/)
  t.match((await open(url, { code: '12' })).page, /six digits/)

  clock.at += 9 * 60_000
  const { url: other } = await track('other')
  t.match((await open(other, { code })).page, /too old/, 'a code is of one action')
  const done = await open(url, { code })
  t.match(await sdk.validateChallenge({ token: tokenOf(done.location) }), {
    isValid: true,
    verificationMethod: 'EMAIL_OTP',
  })
  const { lastVerifiedAt } = control.user('erin').authenticators[0] ?? {}
  t.equal(lastVerifiedAt, clock.at)
})

t.test('a code ends after ten minutes, and a visit after that sends a new one', async (t) => {
  const { url, control, clock, track } = await arrive(t, {}, 'erin@example.com')
  control.tokenLifetimeMs = 3_600_000
  const { url: later } = await track('k')
  await open(later)
  clock.at += 600_000
  t.match(await open(later, { code: control.mailedCodeFor('erin') }), { status: 400, page: /too old/ })
  t.equal(control.action('erin').wrongCodes, 0)
  t.equal(control.mails.length, 1)
  await open(later)
  t.equal((await open(later, { code: control.mailedCodeFor('erin') })).status, 303)
  t.equal((await open(url)).status, 410, 'the older link had ten minutes')
})

t.test('ten wrong codes end the attempt, whatever is sent in between', async (t) => {
  for (const enrolled of ['erin@example.com', undefined]) {
    const { url, sdk, control, token } = await arrive(t, { email: 'erin@example.com' }, enrolled)
    await open(url, enrolled === undefined ? {} : { resend: '1' })
    for (let count = 1; count <= 9; count += 1) {
      if (count === 5) await open(url, { resend: '1' })
      t.match((await open(url, { code: wrongOf(control.mailedCodeFor('erin')) })).page, /not right/)
    }
    const tenth = await open(url, { code: wrongOf(control.mailedCodeFor('erin')) })
    t.match(tenth.page, /Too many wrong codes/)
    t.match((await open(url, { code: control.mailedCodeFor('erin') })).page, /Too many wrong codes/)
    t.equal((await sdk.validateChallenge({ token })).state, 'CHALLENGE_FAILED')
  }
})

t.test('which method is used, and what else can be chosen', async (t) => {
  type Case = [
    name: string,
    methods: string[] | undefined,
    enrolled: string[],
    page: RegExp,
    others: string[],
  ]
  const app = 'AUTHENTICATOR_APP'
  const mail = 'EMAIL_OTP'
  const table: Case[] = [
    ['nothing said', undefined, [], /Set up an authenticator app/, []],
    ['email said', [mail], [], /Get codes by email/, []],
    ['both said', [mail, app], [], /Set up an authenticator app/, [mail]],
    ['email enrolled', undefined, [mail], /we sent to/, []],
    ['both enrolled', undefined, [mail, app], /authenticator app shows/, [mail]],
    ['both enrolled, email said', [mail], [mail, app], /we sent to/, []],
    ['email enrolled, both said', [mail, app], [mail], /we sent to/, []],
    ['app enrolled, email said', [mail], [app], /Get codes by email/, []],
    ['a method of no page', ['SMS'], [], /Another method is needed/, []],
  ]
  const { sdk, control, close } = await startWithSdk({ rules: [] })
  t.teardown(close)
  for (const [index, [name, methods, enrolled, page, others]] of table.entries()) {
    const userId = `user-${index}`
    for (const method of enrolled) control.enrol(userId, { method, email: 'a@example.com' })
    control.setAction(action, 'CHALLENGE', methods && { verificationMethods: methods })
    const { url } = await sdk.track({ userId, action, attributes: web })
    const seen = await open(url)
    t.match(seen.page, page, name)
    const links = [...seen.page.matchAll(/href="([^"]+&method=([A-Z_]+))"/g)]
    t.same(
      links.map(([, , method]) => method),
      others,
      name,
    )
    for (const [, link = ''] of links) {
      const other = await open(new URL(link, url).href)
      t.match(other.page, /Get codes by email|we sent to/)
      t.match(other.page, /Use an authenticator app instead/)
    }
  }
  control.enrol('dave')
  control.enrol('dave', { method: mail, email: 'd@example.com' })
  control.setAction(action, 'CHALLENGE', { defaultVerificationMethod: mail })
  t.match((await open((await sdk.track({ userId: 'dave', action })).url)).page, /we sent to/, 'the default')
})

t.test('the mails are on a page, the newest first', async (t) => {
  const { url, hostedUrl, control, clock } = await arrive(t, {}, 'erin@example.com')
  t.match((await open(`${hostedUrl}/mails`)).page, /No mail was sent yet/)
  t.throws(() => control.mailedCodeFor('erin'), { message: /no mail was sent/ })
  await open(url)
  clock.at += 61_000
  await open(url, { resend: '1' })
  const { page, status } = await open(`${hostedUrl}/mails`)
  t.equal(status, 200)
  const codes = [...page.matchAll(/class="code">(\d{6})</g)].map(([, code]) => code)
  t.same(codes, control.mails.map(({ code }) => code).reverse())
  t.match(page, /erin@example\.com/)
  t.match(page, '10:01:01 UTC')
})

t.test('the rule for codes by email', async (t) => {
  const table: [who: Parameters<typeof stepUpByEmail>[0], clientId: string, userId: string, hit: boolean][] =
    [
      [{}, 'any', 'anybody', true],
      [{ clientId: 'web' }, 'web', 'anybody', true],
      [{ clientId: 'web' }, 'web2', 'anybody', false],
      [{ userId: 'erin' }, 'any', 'erin', true],
      [{ userId: 'erin' }, 'any', 'bob', false],
      [{ clientId: 'web', userId: 'erin' }, 'web', 'erin', true],
      [{ clientId: 'web', userId: 'erin' }, 'web2', 'erin', false],
      [{ clientId: 'web', userId: 'erin' }, 'web', 'bob', false],
    ]
  const { sdk, control, close } = await startWithSdk({ rules: [] })
  t.teardown(close)
  for (const [who, client_id, userId, hit] of table) {
    const rule = stepUpByEmail(who)
    control.setRules([rule])
    const answer = await sdk.track({ userId, action, attributes: { custom: { client_id } } })
    t.same(answer.ruleIds, hit ? [rule.ruleId] : [], JSON.stringify([who, client_id, userId]))
    if (hit) t.match(answer, { allowedVerificationMethods: ['EMAIL_OTP'] })
  }
})
