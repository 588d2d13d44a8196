import type { Test } from 'tap'
import { expectChallenge, passChallenge } from '../e2e/challenge.ts'
import { meetPasskeyPerson, preparePasskeys } from '../e2e/passkey-person.ts'
import { describe, watchOp } from './frame/expect.ts'
import { type LenientStage, onLenientStage, stepUpForAll } from './frame/lenient-stage.ts'
import { patient } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { type Answer, navigation, send } from './frame/wire.ts'

type Person = ReturnType<typeof meetPasskeyPerson>

interface PasskeyStage extends LenientStage {
  /** A browser with the passkey of bob, in which nobody is signed in. */
  meet(t: Test): Person
}

/** An OP that trusts a header, and one user, bob, who has a passkey. */
async function openStage(t: Test): Promise<PasskeyStage> {
  const stage = await onLenientStage({
    config: {
      stepUp: patient,
      protectedPaths: [{ path: '/account' }],
      passkeys: {
        tenantId: 'lab',
        signIn: { loginPaths: ['/login'], header: { name: 'Auth-User', path: '/sso' } },
      },
    },
  })(t)
  const { world, op } = stage
  preparePasskeys(world)
  op.answer = ({ headers }, response) => {
    const user = headers['auth-user']
    response.writeHead(200, {
      'content-type': 'text/plain',
      ...(user !== undefined && { 'set-cookie': [`_session=${user}; Path=/`, 'other=x'] }),
    })
    response.end()
  }
  const meet = (t: Test): Person => {
    const person = meetPasskeyPerson(world)
    t.teardown(person.leave)
    return person
  }
  const bob = meet(t)
  await stepUp(t, stage, bob, 'user-bob')
  t.match(await bob.addPasskey(), { data: { token: 'page' } })
  return {
    ...stage,
    meet(t) {
      const person = meet(t)
      person.authenticator.credentials.push(...bob.authenticator.credentials)
      return person
    },
  }
}

/** Signs somebody in by password, and steps up for the page for passkeys. */
async function stepUp(t: Test, { world }: LenientStage, { browser }: Person, user: string): Promise<void> {
  await browser.jar.setCookie(`_session=${user}`, world.publicUrl)
  const asked = await browser.navigate(`${world.publicUrl}/step-up/passkeys`)
  expectChallenge(t, world, asked)
  t.match(await passChallenge(world, browser, asked, user), { status: 200 })
}

/** Goes on with an id of a sign-in, with whatever cookies. */
async function enter(
  { world }: LenientStage,
  id: string,
  cookie: string | undefined,
  returnTo = '/login?a=b',
): Promise<Answer> {
  const target = `/step-up/passkeys/enter/${id}?return_to=${encodeURIComponent(returnTo)}`
  const cookies = cookie === undefined ? [] : [`Cookie: ${cookie}`]
  return send(world.publicUrl, { target, headers: [...cookies, ...navigation] })
}

const cookieOf = async ({ world }: LenientStage, { browser }: Person): Promise<string> =>
  `step-up=${await browser.cookie(world.publicUrl, 'step-up')}`

/** No session of anybody, and nothing at the OP. */
function expectNobody(t: Test, answer: Answer, seen: { seen(): string[] }): void {
  t.ok(answer.status >= 400, 'is refused', { answer: describe(answer) })
  t.notMatch(answer.headers['set-cookie'] ?? '', /_session/, 'no session')
  t.notOk(answer.headers['location'])
  t.same(seen.seen(), [], 'the OP is told nobody')
}

runAttacks('passkeys that sign in', openStage, (attack) => {
  attack(
    'S-13',
    'the passkey of bob is that of bob',
    ['alone', 'in the session of alice'],
    async (t, stage, how) => {
      const { world, op } = stage
      const person = stage.meet(t)
      const { data } = await person.usePasskey()
      t.equal(data?.userId, 'user-bob')
      const cookie = await cookieOf(stage, person)
      const mine = how === 'alone' ? cookie : `${cookie}; _session=user-alice; other=y`
      const answer = await enter(stage, data?.token ?? '', mine)
      t.match(answer, {
        status: 303,
        headers: { location: '/login?a=b', 'set-cookie': /^_session=user-bob; Path=\/$/ },
      })
      const asked = op.requests.at(-1)
      t.match(asked, { method: 'GET', url: '/sso', headers: { 'auth-user': 'user-bob' } })
      t.equal(asked?.headers.cookie, undefined, 'with no cookie of any session')
      for (const user of ['user-alice', 'user-carol']) {
        const page = await send(world.publicUrl, {
          target: '/account',
          headers: [`Cookie: ${cookie}; _session=${user}`, ...navigation],
        })
        t.match(page, { status: 303, headers: { location: /challenge/ } }, 'and no proof of anybody else')
      }
    },
  )
  attack(
    'S-13',
    'an OP that signs in somebody else than the user of the passkey',
    {
      'by a cookie': ['user-alice', undefined, 'passkey_of_another'],
      'by the session that was there': [undefined, 'user-alice', 'passkey_of_another'],
      'by a name that is folded': ['user-BOB', undefined, 'passkey_of_another'],
      'by a name that is padded': ['user-bob ', undefined, undefined],
      nobody: [undefined, undefined, undefined],
      'nobody any more': ['', 'user-bob', undefined],
    } as Record<string, (string | undefined)[]>,
    async (t, stage, [given, before, event]) => {
      const { world, op } = stage
      const person = stage.meet(t)
      const { data } = await person.usePasskey()
      const events = world.audit('security').length
      const { answer: script } = op
      op.answer = ({ url }, response) => {
        const cookies =
          given === undefined || url !== '/sso' ? {} : { 'set-cookie': `_session=${given}; Path=/` }
        response.writeHead(200, cookies).end()
      }
      const cookie = await cookieOf(stage, person)
      const mine = before === undefined ? cookie : `${cookie}; _session=${before}`
      const isSame = given?.trim() === 'user-bob'
      const answer = await enter(stage, data?.token ?? '', mine)
      op.answer = script
      if (isSame && answer.status === 303) return
      const isNobody = given === '' || (given === undefined && before === undefined)
      t.match(answer.status, 403)
      t.equal(answer.headers['set-cookie'], undefined, 'no cookie of that session reaches the browser')
      const told = world.audit('security').slice(events)
      t.match(told, isNobody ? [] : [{ event, subject: 'user-bob', signed_in: given ?? before }])
      t.equal(told.length, isNobody ? 0 : 1)
      const page = await send(world.publicUrl, {
        target: '/account',
        headers: [`Cookie: ${cookie}; _session=user-bob`, ...navigation],
      })
      t.match(page, { status: 303, headers: { location: /challenge/ } }, 'and it counts for nothing')
    },
  )
  attack(
    'T-12',
    'what Authsignal says of the token',
    {
      'another action': { action: 'oidc-authorize', actionCode: 'oidc-authorize' },
      'an action in other letters': { action: 'Passkey-Sign-In', actionCode: 'Passkey-Sign-In' },
      'no action': { action: undefined, actionCode: undefined },
      'another sign-in': { idempotencyKey: 'another' },
      'no sign-in': { idempotencyKey: undefined },
      'another method': { verificationMethod: 'EMAIL_OTP' },
      'no method': { verificationMethod: undefined },
      'not yet': { state: 'CHALLENGE_REQUIRED' },
      'nothing was asked': { state: 'ALLOW' },
      'not valid': { isValid: false },
      'valid in words': { isValid: 'true' },
      'with an error': { error: 'token_expired' },
      'long ago': { stateUpdatedAt: '2020-01-01T00:00:00Z' },
      'some day': { stateUpdatedAt: '2099-01-01T00:00:00Z' },
      never: { stateUpdatedAt: undefined },
      nobody: { userId: undefined },
      'an empty name': { userId: '' },
    },
    async (t, stage, patch) => {
      const { control } = stage.world.authsignal
      const person = stage.meet(t)
      control.fault('validate', { patch }, 2)
      const answer = await person.usePasskey()
      control.clearFaults()
      t.match(answer, { errorCode: 'passkey_refused' })
      t.equal(answer.data, undefined, 'no id')
    },
  )
  attack(
    'F-08',
    'an id of a sign-in',
    ['in another browser', 'without a cookie', 'with two cookies', 'twice', 'late', 'guessed', 'in a frame'],
    async (t, stage, how) => {
      const { world, op } = stage
      const [person, stranger] = [stage.meet(t), stage.meet(t)]
      const { data } = await person.usePasskey()
      await stranger.ask('/client/challenge', {})
      const [own, other] = [await cookieOf(stage, person), await cookieOf(stage, stranger)]
      const id = data?.token ?? ''
      if (how === 'twice') t.equal((await enter(stage, id, own)).status, 303)
      if (how === 'late') world.clock.advance(60_000)
      const seen = watchOp(op.requests)
      const cookies = {
        'in another browser': other,
        'without a cookie': undefined,
        'with two cookies': `${other}; ${own}`,
      }
      if (how === 'in a frame') {
        const target = `/step-up/passkeys/enter/${id}?return_to=%2Flogin`
        const headers = [`Cookie: ${own}`, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']
        return expectNobody(t, await send(world.publicUrl, { target, headers }), seen)
      }
      const cookie = how in cookies ? cookies[how as keyof typeof cookies] : own
      expectNobody(t, await enter(stage, how === 'guessed' ? 'x'.repeat(22) : id, cookie), seen)
    },
  )
  attack(
    'F-08',
    'a ceremony of another browser, of another kind, or one that is over',
    ['options elsewhere', 'answer elsewhere', 'answer twice', 'sign-in as enrolment', 'without a cookie'],
    async (t, stage, how) => {
      const [person, stranger] = [stage.meet(t), stage.meet(t)]
      const options = '/client/user-authenticators/passkey/authentication-options'
      await stranger.ask('/client/challenge', {})
      const begun = await person.ask('/client/challenge', {})
      const refused = { status: 403, body: { errorCode: 'passkey_refused' } }
      if (how === 'options elsewhere') {
        t.match(await stranger.ask(options, begun.body), refused)
        return
      }
      const { body } = await person.ask(options, begun.body)
      const answer = {
        challengeId: body['challengeId'],
        authenticationCredential: person.authenticator.assert(
          body['options'] as Parameters<Person['authenticator']['assert']>[0],
          stage.world.publicUrl,
        ),
      }
      const verify = '/client/verify/passkey'
      if (how === 'answer elsewhere') {
        t.match(await stranger.ask(verify, answer), refused)
        return
      }
      if (how === 'without a cookie') {
        t.match(await person.ask(verify, answer, { cookie: '' }), {
          status: 400,
          body: { error: 'no_cookie' },
        })
        return
      }
      if (how === 'sign-in as enrolment') {
        await stepUp(t, stage, person, 'user-alice')
        const added = { challengeId: body['challengeId'], registrationCredential: {} }
        t.match(await person.ask('/client/user-authenticators/passkey', added), refused)
        return
      }
      t.match(await person.ask(verify, answer), { status: 200 })
      t.match(await person.ask(verify, answer), refused)
    },
  )
  attack(
    'F-06',
    'who may call what the scripts call, and post the forms',
    {
      'no origin': '',
      null: 'Origin: null',
      'another site': 'Origin: https://evil.example',
      'a sibling': 'Origin: http://sub.localhost',
      'another port': 'Origin: http://localhost:1',
      'a start of it': 'Origin: http://localhost',
      'in upper case': 'upper',
      'with a slash': 'slash',
      'another scheme': 'scheme',
    },
    async (t, stage, line) => {
      const { world } = stage
      const person = stage.meet(t)
      await stepUp(t, stage, person, 'user-alice')
      const { publicUrl } = world
      const forged = {
        upper: publicUrl.toUpperCase(),
        slash: `${publicUrl}/`,
        scheme: publicUrl.replace('http', 'https'),
      }
      const origin = line in forged ? `Origin: ${forged[line as keyof typeof forged]}` : line
      const cookie = `Cookie: ${await cookieOf(stage, person)}; _session=user-alice`
      const calls = world.authsignal.requests.length
      const json = ['Content-Type: application/json', 'Accept: text/html']
      const form = ['Content-Type: application/x-www-form-urlencoded', ...navigation]
      const passkey = '/step-up/client/user-authenticators/passkey'
      const posts: [target: string, headers: string[], body: string][] = [
        ['/step-up/client/challenge', json, '{}'],
        [`${passkey}/authentication-options`, json, '{"challengeId":"a"}'],
        ['/step-up/client/verify/passkey', json, '{"challengeId":"a","authenticationCredential":{}}'],
        [`${passkey}/registration-options`, json, '{}'],
        [passkey, json, '{"challengeId":"a","registrationCredential":{}}'],
        ['/step-up/passkeys/remove', form, 'id=a'],
      ]
      for (const [target, headers, body] of posts) {
        const lines = [cookie, ...headers, ...(origin === '' ? [] : [origin])]
        const answer = await send(publicUrl, { method: 'POST', target, headers: lines, body })
        t.equal(answer.status, 400, target)
        t.equal(answer.headers['access-control-allow-origin'], undefined)
        t.equal(answer.headers['set-cookie'], undefined)
      }
      t.equal(world.authsignal.requests.length, calls, 'Authsignal is asked nothing')
    },
  )
  attack(
    'O-03',
    'where a sign-in leads back to',
    [
      ...[
        '',
        '/',
        '/account',
        '/login/',
        '/LOGIN',
        '/login/x',
        '//login',
        '//evil.example/login',
        '/\\evil/login',
      ],
      ...['https://evil.example/login', '/login\n/x', '/x/../login', '/%6cogin', 'login', '/login#x'],
    ],
    async (t, stage, returnTo) => {
      const { op } = stage
      const person = stage.meet(t)
      const { data } = await person.usePasskey()
      const cookie = await cookieOf(stage, person)
      expectNobody(t, await enter(stage, data?.token ?? '', cookie, returnTo), watchOp(op.requests))
      t.equal((await enter(stage, data?.token ?? '', cookie)).status, 303, 'and the id is not lost by it')
    },
  )
})

runAttacks('passkeys that are added', openStage, (attack) => {
  attack(
    'T-01',
    'a passkey is added by nobody without a fresh step-up of his own',
    [
      ...['nobody signed in', 'the password alone', 'a step-up for something else', 'an old step-up'],
      ...['the step-up of another user', 'the step-up of another browser', 'rules that ask for nothing'],
      'a claim to be a page',
    ],
    async (t, stage, how) => {
      const { world } = stage
      const { control } = world.authsignal
      const person = stage.meet(t)
      const { browser } = person
      const signInAs = (user: string) => browser.jar.setCookie(`_session=${user}`, world.publicUrl)
      await person.ask('/client/challenge', {})
      switch (how) {
        case 'nobody signed in':
          break
        case 'a step-up for something else': {
          await signInAs('user-alice')
          const asked = await browser.navigate(`${world.publicUrl}/account`)
          await passChallenge(world, browser, asked, 'user-alice')
          break
        }
        case 'an old step-up':
          await stepUp(t, stage, person, 'user-alice')
          world.clock.advance(10 * 60_000)
          break
        case 'the step-up of another user':
          await stepUp(t, stage, person, 'user-bob')
          await signInAs('user-alice')
          break
        case 'the step-up of another browser':
          await stepUp(t, stage, stage.meet(t), 'user-alice')
          await signInAs('user-alice')
          break
        case 'rules that ask for nothing':
          control.setRules([])
          control.setAction('passkeys', 'ALLOW')
          await signInAs('user-alice')
          break
        default:
          await signInAs('user-alice')
      }
      const tracks = control.tracks.length
      const passkey = '/client/user-authenticators/passkey'
      const own = `Cookie: ${await cookieOf(stage, person)}; _session=user-alice`
      const claim = [own, 'Content-Type: application/json', `Origin: ${world.publicUrl}`, ...navigation]
      const ask = async (path: string, body: object) => {
        if (how !== 'a claim to be a page') return person.ask(path, body)
        const request = {
          method: 'POST',
          target: `/step-up${path}`,
          headers: claim,
          body: JSON.stringify(body),
        }
        const { status, body: text } = await send(world.publicUrl, request)
        return { status, body: { errorCode: /"errorCode":"(\w+)"/.exec(text)?.[1] } }
      }
      const begun = await ask(`${passkey}/registration-options`, {})
      const added = await ask(passkey, { challengeId: 'a', registrationCredential: {} })
      preparePasskeys(world)
      control.setRules([stepUpForAll])
      for (const { status, body } of [begun, added]) {
        t.equal(status, 403)
        t.match(body['errorCode'], how === 'rules that ask for nothing' ? 'not_allowed' : 'unauthorized')
      }
      const scopes = control.tracks.slice(tracks).map(({ attributes }) => attributes['scope'])
      t.notOk(scopes.includes('add:authenticators'), 'no token for it was asked for')
      t.equal(control.passkeysOf('user-alice').length, 0)
      world.clock.advance(61_000)
    },
  )
  attack(
    'F-08',
    'an enrolment that another user or browser began',
    ['another user', 'another browser'],
    async (t, stage, how) => {
      const { world } = stage
      const [bob, alice] = [stage.meet(t), stage.meet(t)]
      await stepUp(t, stage, bob, 'user-bob')
      const passkey = '/client/user-authenticators/passkey'
      const { body } = await bob.ask(`${passkey}/registration-options`, {})
      const answer = { challengeId: body['challengeId'], registrationCredential: {} }
      const calls = world.authsignal.requests.length
      const person = how === 'another user' ? bob : alice
      await stepUp(t, stage, person, how === 'another user' ? 'user-alice' : 'user-bob')
      t.match(await person.ask(passkey, answer), { status: 403, body: { errorCode: 'passkey_refused' } })
      const asked = world.authsignal.requests
        .slice(calls)
        .filter(({ path }) => path.startsWith('/v1/client/'))
      t.same(asked, [], 'Authsignal is not asked')
    },
  )
  attack('F-05', 'the page is shown in no frame', ['/step-up/passkeys'], async (t, stage, target) => {
    const person = stage.meet(t)
    await stepUp(t, stage, person, 'user-alice')
    const { headers } = await person.browser.navigate(`${stage.world.publicUrl}${target}`)
    t.match(headers, { 'content-security-policy': /frame-ancestors 'none'/, 'x-frame-options': 'DENY' })
    t.match(headers, { 'cross-origin-opener-policy': 'same-origin', 'cache-control': 'no-store' })
  })
})
