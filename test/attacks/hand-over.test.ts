import { createPrivateKey } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import type { Test } from 'tap'
import { passChallenge } from '../e2e/challenge.ts'
import { meetPasskeyPerson, preparePasskeys } from '../e2e/passkey-person.ts'
import { makePasskeyKeys } from '../lab/op-passkeys.ts'
import { describe } from './frame/expect.ts'
import { type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { patient } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { type Answer, form, navigation, type RawRequest, send } from './frame/wire.ts'

type Person = ReturnType<typeof meetPasskeyPerson>

const { pem, key } = makePasskeyKeys()
const loginPage = '/interaction/abc?a=b'

interface JwtStage extends LenientStage {
  /** A browser with the passkey of bob, in which nobody is signed in. */
  meet(t: Test): Person
}

/** An OP that takes a JWT, and one user, bob, who has a passkey. */
async function openStage(t: Test): Promise<JwtStage> {
  const signIn = {
    loginPaths: ['/interaction/*', '/login'],
    jwt: { path: '{page}/passkey', parameter: 'token', key: pem },
  }
  const stage = await onLenientStage({
    config: {
      stepUp: patient,
      protectedPaths: [{ path: '/account' }, { path: '/login/passkey' }],
      passkeys: { tenantId: 'lab', signIn },
    },
  })(t)
  const { world, op } = stage
  preparePasskeys(world)
  op.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('at the OP')
  const meet = (t: Test): Person => {
    const person = meetPasskeyPerson(world)
    t.teardown(person.leave)
    return person
  }
  const bob = meet(t)
  await bob.browser.jar.setCookie('_session=user-bob', world.publicUrl)
  const asked = await bob.browser.navigate(`${world.publicUrl}/step-up/passkeys`)
  await passChallenge(world, bob.browser, asked, 'user-bob')
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

const cookieOf = async ({ world }: LenientStage, { browser }: Person): Promise<string> =>
  `step-up=${await browser.cookie(world.publicUrl, 'step-up')}`

/** Signs bob in by passkey up to the address at which the OP is to be told of it. */
async function begin(t: Test, stage: JwtStage): Promise<{ target: string; cookie: string }> {
  const person = stage.meet(t)
  const { data } = await person.usePasskey()
  const cookie = await cookieOf(stage, person)
  const entered = await send(stage.world.publicUrl, {
    target: `/step-up/passkeys/enter/${data?.token}?return_to=${encodeURIComponent(loginPage)}`,
    headers: [`Cookie: ${cookie}`, ...navigation],
  })
  t.equal(entered.status, 303)
  return { target: String(entered.headers['location']), cookie }
}

/** JWTs that an OP would take, in whatever was sent to it. */
async function tokensAt({ op, world }: JwtStage, since: number): Promise<string[]> {
  const texts = op.requests.slice(since).flatMap(({ url, rawHeaders, body }) => [url, ...rawHeaders, body])
  const candidates = texts.flatMap((text) => {
    const plain = decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25').replace(/\\u00/g, '%'))
    return [...plain.matchAll(/[\w-]+\.[\w-]+\.[\w-]+/g)].map(([jwt]) => jwt)
  })
  const good: string[] = []
  for (const jwt of candidates) {
    const options = { issuer: world.publicUrl, typ: 'passkey-sign-in+jwt', clockTolerance: 3600 }
    await jwtVerify(jwt, key, options).then(
      () => good.push(jwt),
      () => undefined,
    )
  }
  return good
}

async function expectNothing(
  t: Test,
  stage: JwtStage,
  request: RawRequest,
  status?: number,
): Promise<Answer> {
  const since = stage.op.requests.length
  const answer = await send(stage.world.publicUrl, request)
  if (status !== undefined) t.equal(answer.status, status, 'is refused', { answer: describe(answer) })
  t.same(await tokensAt(stage, since), [], 'the OP is told of nobody')
  return answer
}

runAttacks('a sign-in by passkey that the OP is told of by JWT', openStage, (attack) => {
  attack('F-09', 'a JWT that a browser gets to see', ['on the whole way'], async (t, stage) => {
    const since = stage.op.requests.length
    const { target, cookie } = await begin(t, stage)
    t.match(target, /^\/interaction\/abc\/passkey\?token=step-up\.[\w-]{22}$/, 'an id, and no JWT')
    const headers = [`Cookie: ${cookie}; _session=user-alice`, ...navigation]
    const answer = await send(stage.world.publicUrl, { target, headers })
    t.match(answer, { status: 200, body: 'at the OP' })
    const { method, url = '', headers: sent } = stage.op.requests.at(-1) ?? {}
    const asked = new URL(url, stage.world.publicUrl)
    t.match(
      [method, asked.pathname, sent?.cookie],
      ['GET', '/interaction/abc/passkey', '_session=user-alice'],
    )
    t.equal(asked.searchParams.get('return_to'), loginPage)
    t.same([...asked.searchParams.keys()], ['token', 'return_to'])
    t.same(await tokensAt(stage, since), [asked.searchParams.get('token')], 'what the OP was promised, once')
    t.match(stage.world.audit('signed_in').at(-1), { subject: 'user-bob', by: 'jwt' })
  })
  attack(
    'F-09',
    'the address of a sign-in that another browser began',
    {
      'followed in another browser': { cookie: 'other', status: 400 },
      'followed without a cookie': { cookie: '', status: 400 },
      'with the cookie of both': { cookie: 'both', status: 400 },
      'followed twice': { times: 2, status: 410 },
      'followed late': { late: 60_000, status: 410 },
      'in a frame': { headers: ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'], status: 400 },
      'by a script': { headers: ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty'], status: 400 },
      'by a prefetch': { headers: [...navigation, 'Sec-Purpose: prefetch'], status: 400 },
      'with another id': { edit: (to: string) => to.slice(0, -22) + 'x'.repeat(22), status: 410 },
      'on another login page': { edit: (to: string) => to.replace('abc', 'def'), status: 403 },
      'on another path': { edit: (to: string) => to.replace('/interaction/abc', ''), status: 403 },
      'at the protected page': { edit: (to: string) => to.replace(/^[^?]+/, '/account'), status: undefined },
      'in another spelling': { edit: (to: string) => to.replace('passkey', 'Passkey'), status: 403 },
      'by HEAD': { method: 'HEAD', status: 200 },
      'by POST': { method: 'POST', status: 200 },
      'with the parameter twice': { edit: (to: string) => `${to}&${to.split('?')[1]}`, status: 200 },
      'with more behind it': { edit: (to: string) => `${to}&return_to=/x`, status: 200 },
      'with its id before it was entered': { early: true, status: 410 },
    },
    async (t, stage, how: Followed) => {
      const { target, cookie } = await begin(t, stage)
      const other = (await begin(t, stage)).cookie
      const cookies = { other, '': undefined, both: `${other}; ${cookie}` }
      const mine = how.cookie === undefined ? cookie : cookies[how.cookie]
      const headers = [...(mine === undefined ? [] : [`Cookie: ${mine}`]), ...(how.headers ?? navigation)]
      const { method = 'GET', edit = (to: string) => to } = how
      const request = { method, target: edit(target), headers }
      if (how.times) t.equal((await send(stage.world.publicUrl, request)).status, 200)
      if (how.late) stage.world.clock.advance(how.late)
      if (how.early) {
        const person = stage.meet(t)
        const { data } = await person.usePasskey()
        const own = [`Cookie: ${await cookieOf(stage, person)}`, ...navigation]
        const early = target.replace(/[\w-]+$/, data?.token ?? '')
        await expectNothing(t, stage, { target: early, headers: own }, how.status)
        return
      }
      await expectNothing(t, stage, request, how.status)
    },
  )
  attack('F-09', 'two tabs at once', { ten: 10 }, async (t, stage, count) => {
    const since = stage.op.requests.length
    const { target, cookie } = await begin(t, stage)
    const headers = [`Cookie: ${cookie}`, ...navigation]
    const all = Array.from({ length: count }, () => send(stage.world.publicUrl, { target, headers }))
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    t.equal(statuses.filter((status) => status === 200).length, 1)
    t.equal((await tokensAt(stage, since)).length, 1)
  })
  attack(
    'F-11',
    'a JWT that an OP gave away, in the request of another browser',
    {
      'where the OP takes it': (jwt) => ({ target: `/interaction/abc/passkey?token=${jwt}` }),
      'with a way back': (jwt) => ({ target: `/interaction/abc/passkey?token=${jwt}&return_to=/login` }),
      'at another login page': (jwt) => ({ target: `/login/passkey?token=${jwt}` }),
      'behind another one': (jwt) => ({ target: `/interaction/abc/passkey?token=x&token=${jwt}` }),
      'behind a semicolon': (jwt) => ({ target: `/interaction/abc/passkey?a=b;token=${jwt}` }),
      'under another name': (jwt) => ({ target: `/interaction/abc/passkey?Token%5B%5D=${jwt}` }),
      'in another spelling of the path': (jwt) => ({ target: `/INTERACTION/abc/pass%6bey/?token=${jwt}` }),
      'below it': (jwt) => ({ target: `/interaction/abc/passkey/x?token=${jwt}` }),
      'in the path': (jwt) => ({ target: `/interaction/abc/passkey;token=${jwt}` }),
      anywhere: (jwt) => ({ target: `/anything?token=${jwt}` }),
      'at the authorization endpoint': (jwt) => ({
        target: `/connect/authorize?client_id=other&token=${jwt}`,
      }),
      escaped: (jwt) => ({ target: `/interaction/abc/passkey?token=${escapeAll(jwt)}` }),
      'escaped twice': (jwt) => ({
        target: `/interaction/abc/passkey?token=${escapeAll(jwt).replaceAll('%', '%25')}`,
      }),
      'by HEAD': (jwt) => ({ method: 'HEAD', target: `/interaction/abc/passkey?token=${jwt}` }),
      'by OPTIONS': (jwt) => ({ method: 'OPTIONS', target: `/interaction/abc/passkey?token=${jwt}` }),
      'by POST': (jwt) => ({ method: 'POST', target: `/interaction/abc/passkey?token=${jwt}` }),
      'by PROPFIND': (jwt) => ({ method: 'PROPFIND', target: `/interaction/abc/passkey?token=${jwt}` }),
      'in a form': (jwt) => inBody(`token=${jwt}`),
      'in an escaped form': (jwt) => inBody(`token=${escapeAll(jwt)}`),
      'in a form for another spelling': (jwt) => ({
        ...inBody(`token=${jwt}`),
        target: '/interaction/abc//Passkey.php?x',
      }),
      'in a form of parts': (jwt) =>
        inBody(
          `--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n${jwt}\r\n--b--\r\n`,
          'multipart/form-data; boundary=b',
        ),
      'in JSON': (jwt) => inBody(JSON.stringify({ token: jwt }), 'application/json'),
      'in JSON with escapes': (jwt) =>
        inBody(
          `{"token":"${jwt.replace(/[\w-]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)}"}`,
          'application/json',
        ),
      'in UTF-16': (jwt) => inBody(jwt.replace(/./g, '$&\0'), 'text/plain; charset=utf-16'),
      'in a form by PUT': (jwt) => ({ ...inBody(`token=${jwt}`), method: 'PUT' }),
      'in a form by GET': (jwt) => ({ ...inBody(`token=${jwt}`), method: 'GET' }),
      'in a cookie': (jwt) => ({ target: '/interaction/abc/passkey', headers: [`Cookie: token=${jwt}`] }),
      'in an escaped cookie': (jwt) => ({
        target: '/interaction/abc/passkey',
        headers: [`Cookie: a=b; token=${escapeAll(jwt)}`],
      }),
      'in a header': (jwt) => ({
        target: '/interaction/abc/passkey',
        headers: [`Authorization: Bearer ${jwt}`],
      }),
    } as Record<string, (jwt: string) => RawRequest>,
    async (t, stage, make) => {
      const events = stage.world.audit('security').length
      for (const header of [
        { alg: 'ES256', typ: 'passkey-sign-in+jwt' },
        { typ: 'passkey-sign-in+jwt', alg: 'ES256' },
        { x: '', typ: 'passkey-sign-in+jwt', alg: 'ES256' },
        { xy: '', typ: 'passkey-sign-in+jwt', alg: 'ES256' },
      ]) {
        const jwt = await new SignJWT({ iss: stage.world.publicUrl, sub: 'user-bob', jti: 'leaked' })
          .setProtectedHeader(header)
          .setIssuedAt()
          .setExpirationTime('60s')
          .sign(createPrivateKey(pem))
        const request = make(jwt)
        const headers = [...(request.headers ?? []), ...navigation]
        const answer = await expectNothing(t, stage, { ...request, headers })
        t.ok(answer.status === 403 || answer.status === 400, 'is refused', { answer: describe(answer) })
      }
      t.ok(stage.world.audit('security').length >= events)
    },
  )
  attack(
    'F-11',
    'a form where the OP takes a JWT, at a page that is protected',
    { 'of nobody': [], 'of somebody': ['Cookie: _session=user-alice'] },
    async (t, stage, cookies: string[]) => {
      const since = stage.op.requests.length
      const request = { ...inBody('user=a'), target: '/login/passkey' }
      const headers = [...request.headers, ...cookies, ...navigation]
      t.equal((await send(stage.world.publicUrl, { ...request, headers })).status, 403)
      t.same(stage.op.requests.slice(since), [])
    },
  )
  attack(
    'F-11',
    'what is no JWT of this kind goes on as it came',
    {
      'no query': { target: '/interaction/abc/passkey' },
      'another text': { target: '/interaction/abc/passkey?token=abc' },
      'another JWT': { target: '/interaction/abc/passkey?token=eyJhbGciOiJFUzI1NiJ9.e30.AA' },
      'the bare mark': { target: '/interaction/abc/passkey?token=step-up.' },
      'a broken escape': { target: '/interaction/abc/passkey?token=%zz%41' },
      'a form': inBody('user=a&token=b'),
      'an empty form': { method: 'POST', target: '/interaction/abc/passkey' },
      'a form elsewhere': { ...inBody('user=a'), target: '/interaction/abc' },
    } as Record<string, RawRequest>,
    async (t, stage, request) => {
      const since = stage.op.requests.length
      const headers = [...(request.headers ?? []), ...navigation]
      t.equal((await send(stage.world.publicUrl, { ...request, headers })).status, 200)
      t.match(stage.op.requests.slice(since), [{ url: request.target, body: request.body ?? '' }])
    },
  )
})

interface Followed {
  readonly cookie?: 'other' | '' | 'both'
  readonly times?: number
  readonly late?: number
  readonly early?: boolean
  readonly method?: string
  readonly headers?: string[]
  readonly edit?: (target: string) => string
  readonly status: number | undefined
}

function escapeAll(text: string): string {
  return text.replace(/[\w.-]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
}

function inBody(body: string, type?: string) {
  const headers = [type === undefined ? form : `Content-Type: ${type}`]
  return { method: 'POST', target: '/interaction/abc/passkey', headers, body }
}
