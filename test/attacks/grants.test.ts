import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { type LabClient, makeWebClient, secretOf } from '../lab/op-world.ts'
import { type Addressed, basic, leakCode, redeem, releaseCode } from './frame/codes.ts'
import { describe, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { askedFor } from './frame/jar.ts'
import { onLenientStage } from './frame/lenient-stage.ts'
import { onRealStage, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerOf, askOp, authorize, nextState, openSignedIn, pass } from './frame/visit.ts'
import { type Answer, form, send } from './frame/wire.ts'

const client = (clientId: string): Addressed => ({
  clientId,
  redirectUri: `https://${clientId}.example.com/signin-oidc`,
})
const strict = client('strict')
const aging = client('aging')
const machine = client('machine')
const tv = client('tv')
const everyGrant = ['authorization_code', 'refresh_token', 'client_credentials', deviceGrant()]
const clients: LabClient[] = [strict, aging, machine, tv].map(({ clientId }) =>
  makeWebClient(clientId, `https://${clientId}.example.com`, { grant_types: everyGrant }),
)
const listed = ({ redirectUri }: Addressed, more: Record<string, unknown> = {}) => ({
  mode: 'enforce',
  redirectUris: [redirectUri],
  ...more,
})
const policies = {
  strict: listed(strict, { refreshTokens: 'released' }),
  aging: listed(aging, { refreshMaxAge: '1h' }),
  machine: listed(machine, { grants: ['authorization_code', 'client_credentials'] }),
  tv: listed(tv),
}

function deviceGrant(): string {
  return 'urn:ietf:params:oauth:grant-type:device_code'
}

/** The ways in which `web` can say who it is. */
const names: Record<string, { headers: string[]; body: Record<string, string> }> = {
  Basic: { headers: [basic('web', secretOf('web'))], body: {} },
  'the body': { headers: [], body: { client_id: 'web', client_secret: secretOf('web') } },
  'Basic and the body': { headers: [basic('web', secretOf('web'))], body: { client_id: 'web' } },
  'a public client': { headers: [], body: { client_id: 'web' } },
}

const foreignGrants: Record<string, Record<string, string>> = {
  password: { username: 'alice', password: 'alice' },
  [deviceGrant()]: { device_code: 'x' },
  'urn:openid:params:grant-type:ciba': { auth_req_id: 'x' },
  'urn:ietf:params:oauth:grant-type:token-exchange': { subject_token: 'x', subject_token_type: 'x' },
  'urn:ietf:params:oauth:grant-type:jwt-bearer': { assertion: 'a.b.c' },
  'urn:ietf:params:oauth:grant-type:saml2-bearer': { assertion: 'PHNhbWw+' },
  'urn:ietf:params:oauth:grant-type:uma-ticket': { ticket: 'x', audience: 'web' },
  'urn:ietf:params:oauth:grant-type:pre-authorized_code': { 'pre-authorized_code': 'x' },
  'http://auth0.com/oauth/grant-type/password-realm': { username: 'alice', password: 'alice', realm: 'x' },
  'http://auth0.com/oauth/grant-type/mfa-otp': { mfa_token: 'x', otp: '1' },
  interaction_code: { interaction_code: 'x' },
  'http://auth0.com/oauth/grant-type/passwordless/otp': { username: 'alice', otp: '1' },
  client_credentials: {},
  implicit: {},
  delegation: { subject_token: 'x' },
  'urn:example:unknown': {},
}

/** `&` first, so that it can stand behind other parameters. */
const parametersOf = (body: Record<string, string>): string => new URLSearchParams(body).toString()

function askToken({ world }: Pick<RealStage, 'world'>, headers: readonly string[], body: string) {
  return send(world.publicUrl, {
    method: 'POST',
    target: '/connect/token',
    headers: [form, ...headers],
    body,
  })
}

function refresh(
  stage: RealStage,
  { clientId }: Addressed,
  token: string,
  more: Record<string, string> = {},
) {
  const body = { grant_type: 'refresh_token', refresh_token: token, ...more }
  return askToken(stage, [basic(clientId, secretOf(clientId))], parametersOf(body))
}

/** A refresh token that came through the gateway, by a code that it released. */
async function releaseRefreshToken(stage: RealStage, of: Addressed): Promise<string> {
  const code = await releaseCode(stage, of, { state: nextState(), scope: 'openid profile' })
  return keepTokens(stage, await redeem(stage.world, of, code))
}

/** A refresh token from before the gateway was there. */
async function leakRefreshToken(stage: RealStage, of: Addressed): Promise<string> {
  const code = await leakCode(stage, of, { state: nextState() })
  const body = parametersOf({ grant_type: 'authorization_code', code, redirect_uri: of.redirectUri })
  const headers = [form, basic(of.clientId, secretOf(of.clientId))]
  return keepTokens(stage, await askOp(stage, { method: 'POST', target: '/connect/token', headers, body }))
}

function keepTokens({ secrets }: RealStage, answer: Answer): string {
  const tokens = JSON.parse(answer.body)
  if (tokens.refresh_token === undefined) throw new Error(`no refresh token: ${answer.status} ${answer.body}`)
  secrets.add(tokens.refresh_token).add(tokens.access_token)
  return tokens.refresh_token
}

runAttacks(
  'grants at the real OP',
  onRealStage({
    clients: policies,
    op: {
      clients,
      configuration: { issueRefreshToken: () => true },
      features: { clientCredentials: { enabled: true } },
    },
  }),
  (attack) => {
    for (const [name, { headers, body }] of Object.entries(names)) {
      attack('G-01', `a grant that is not listed, ${name}`, foreignGrants, async (t, stage, more) => {
        const [grantType] = Object.entries(foreignGrants).find(([, value]) => value === more) ?? ['']
        const op = watchOp(stage.world.op.requests)
        const answer = await askToken(
          stage,
          headers,
          parametersOf({ ...body, grant_type: grantType, ...more }),
        )
        expectRefused(t, answer, 400, op)
        t.match(answer.body, '"error":"unauthorized_client"')
      })
    }
    attack(
      'G-02',
      'another spelling of a grant',
      {
        'upper case': 'grant_type=Authorization_Code',
        'a space behind': 'grant_type=authorization_code%20',
        'a space before': 'grant_type=+authorization_code',
        'a tab': 'grant_type=authorization_code%09',
        'an escape in the value': 'grant_type=%70assword&username=alice&password=alice',
        'an escape in the name': 'grant%5Ftype=password&username=alice&password=alice',
        'twice, allowed first': 'grant_type=authorization_code&grant_type=password',
        'twice, allowed last': 'grant_type=password&grant_type=authorization_code',
        'an array': 'grant_type[]=password',
        'another case of the name': 'Grant_Type=password',
        empty: 'grant_type=',
        absent: 'username=alice&password=alice',
        'a fullwidth letter': 'grant_type=%EF%BD%90assword',
      },
      async (t, stage, spelling) => {
        const code = await leakCode(stage, stage.world.web, { state: nextState() })
        const op = watchOp(stage.world.op.requests)
        for (const { headers, body } of Object.values(names)) {
          const text = `${spelling}&${parametersOf({ ...body, code })}`
          expectRefused(t, await askToken(stage, headers, text), 400, op)
        }
      },
    )
    attack('G-02', 'the grant in the query', ['password', 'authorization_code'], async (t, stage, grant) => {
      const op = watchOp(stage.world.op.requests)
      const target = `/connect/token?grant_type=${grant}`
      const headers = [form, basic('web', secretOf('web'))]
      for (const body of ['username=alice&password=alice', 'grant_type=refresh_token&refresh_token=x'])
        expectRefused(
          t,
          await send(stage.world.publicUrl, { method: 'POST', target, headers, body }),
          400,
          op,
        )
    })
    attack(
      'G-03',
      'client credentials of a protected client',
      { 'not on the list': 'strict', 'on the list': 'machine' },
      async (t, stage, clientId) => {
        const headers = [basic(clientId, secretOf(clientId))]
        const answer = await askToken(stage, headers, 'grant_type=client_credentials')
        if (clientId === 'strict') {
          t.match(answer, { status: 400, body: /"error":"unauthorized_client"/ })
        } else {
          t.equal(answer.status, 200, 'is what the operator asked for', { answer: describe(answer) })
          t.notMatch(answer.body, /id_token/)
        }
      },
    )
    attack(
      'G-05',
      'a device flow of a protected client',
      {
        'its start, Basic': { target: '/connect/deviceauthorization', ...names['Basic'] },
        'its start, the body': { target: '/connect/deviceauthorization', ...names['the body'] },
        'its start, a public client': { target: '/connect/deviceauthorization', ...names['a public client'] },
        'its start, in the query': {
          target: '/connect/deviceauthorization?client_id=web',
          headers: [],
          body: {},
        },
      },
      async (t, stage, it: { target: string; headers?: string[]; body?: Record<string, string> }) => {
        const op = watchOp(stage.world.op.requests)
        const { target, headers = [], body = {} } = it
        const answer = await send(stage.world.publicUrl, {
          method: 'POST',
          target,
          headers: [form, ...headers],
          body: parametersOf({ ...body, scope: 'openid' }),
        })
        expectRefused(t, answer, 400, op)
      },
    )
    attack(
      'G-05',
      'a device flow that began past the gateway',
      {
        Basic: (secret: string) => ({ headers: [basic('tv', secret)], body: {} }),
        'the body': (client_secret: string) => ({ headers: [], body: { client_id: 'tv', client_secret } }),
      },
      async (t, stage, name: (secret: string) => { headers: string[]; body: Record<string, string> }) => {
        const headers = [form, basic('tv', secretOf('tv'))]
        const started = await askOp(stage, {
          method: 'POST',
          target: '/connect/deviceauthorization',
          headers,
          body: 'scope=openid',
        })
        const { device_code, user_code } = JSON.parse(started.body)
        const browser = await openSignedIn(t, stage)
        const entered = await browser.navigate(
          `${stage.world.publicUrl}/connect/device?user_code=${user_code}`,
        )
        const page = entered.body.includes('xsrf') ? await browser.submit(entered, {}) : entered
        if (page.body.includes('<form') && /confirm/i.test(page.body)) await browser.submit(page, {})
        const op = watchOp(stage.world.op.requests)
        const named = name(secretOf('tv'))
        const body = parametersOf({ ...named.body, grant_type: deviceGrant(), device_code })
        expectRefused(t, await askToken(stage, named.headers, body), 400, op)
      },
    )
    attack(
      'G-06',
      'a refresh token from before the gateway',
      {
        'by itself': {},
        'beside a released code': { with: 'code' },
        'beside a made-up code': { more: { code: 'x' } },
        'beside a released refresh token as a code': { with: 'refresh' },
        'with less scope, so that no ID token comes': { more: { scope: 'profile' } },
        'with less scope, beside a released code': { more: { scope: 'profile' }, with: 'code' },
      },
      async (t, stage, it: { with?: 'code' | 'refresh'; more?: Record<string, string> }) => {
        const old = await leakRefreshToken(stage, strict)
        const more: Record<string, string> = { ...it.more }
        if (it.with === 'code') more['code'] = await releaseCode(stage, strict, { state: nextState() })
        if (it.with === 'refresh') more['code'] = await releaseRefreshToken(stage, strict)
        const op = watchOp(stage.world.op.requests)
        const answer = await refresh(stage, strict, old, more)
        expectRefused(t, answer, 400, op)
        t.match(answer.body, '"error":"invalid_grant"')
      },
    )
    attack(
      'G-06',
      'a released refresh token works, for its own client',
      { strict, aging },
      async (t, stage, own: Addressed) => {
        const token = await releaseRefreshToken(stage, own)
        const answer = await refresh(stage, own, token)
        t.equal(answer.status, 200, 'refreshes', { answer: describe(answer) })
        const again = await refresh(stage, own, keepTokens(stage, answer))
        t.equal(again.status, 200, 'and so does the one that came from it', { answer: describe(again) })
        const op = watchOp(stage.world.op.requests)
        for (const thief of [stage.world.web, stage.world.other, own === strict ? aging : strict])
          expectRefused(t, await refresh(stage, thief, token), 400, op)
      },
    )
    attack(
      'G-07',
      'a refresh token whose release is too old',
      {
        'by itself': {},
        'beside a fresh code of the same client': { with: 'code' },
        'one that was refreshed meanwhile': { rotated: true },
        'with less scope': { more: { scope: 'openid' } },
        'from a client that names itself nowhere': { unnamed: true },
      },
      async (
        t,
        stage,
        it: { with?: 'code'; rotated?: true; unnamed?: true; more?: Record<string, string> },
      ) => {
        const { world } = stage
        let token = await releaseRefreshToken(stage, aging)
        world.clock.advance(59 * 60_000)
        if (it.rotated) token = keepTokens(stage, await refresh(stage, aging, token))
        world.clock.advance(60_000)
        const more: Record<string, string> = { ...it.more }
        if (it.with === 'code') more['code'] = await releaseCode(stage, aging, { state: nextState() })
        const op = watchOp(world.op.requests)
        const unnamed = parametersOf({ grant_type: 'refresh_token', refresh_token: token })
        const answer = await (it.unnamed ? askToken(stage, [], unnamed) : refresh(stage, aging, token, more))
        expectRefused(t, answer, 400, op)
        t.match(answer.body, '"error":"invalid_grant"')
      },
    )
    attack(
      'G-07',
      'a refresh that asks for more',
      {
        'a wider scope': { scope: 'openid profile email offline_access' },
        'an audience': { audience: 'web2', scope: 'openid email' },
        'another acr': { acr_values: 'urn:lab:mfa', scope: 'openid email' },
      },
      async (t, stage, more: Record<string, string>) => {
        const token = await releaseRefreshToken(stage, strict)
        const answer = await refresh(stage, strict, token, more)
        expectNoArtefact(t, answer)
        t.equal(answer.status, 400, 'is refused by the OP', { answer: describe(answer) })
      },
    )
    attack(
      'G-08',
      'a released code in wrong hands',
      {
        'another protected client': { as: 'web2' },
        'an unprotected client': { as: 'other' },
        'another redirect URI': { as: 'web', body: { redirect_uri: 'https://evil.example/' } },
        'another client named beside': { as: 'other', body: { client_id: 'web' } },
        'no client': { headers: [] },
        'as a refresh token': { as: 'web', body: { grant_type: 'refresh_token', refresh_token: 'x' } },
        'under an unknown grant of an unprotected client': { as: 'other', body: { grant_type: 'urn:x' } },
      },
      async (t, stage, it: { as?: string; headers?: string[]; body?: Record<string, string> }) => {
        const { world } = stage
        const code = await releaseCode(stage, world.web, { state: nextState() })
        const headers = it.headers ?? [basic(it.as ?? '', secretOf(it.as ?? ''))]
        const answer = await redeem(world, world.web, code, { headers, ...(it.body && { body: it.body }) })
        t.ok(answer.status === 400 || answer.status === 401, 'is refused', { answer: describe(answer) })
        expectNoArtefact(t, answer)
      },
    )
    attack(
      'G-08',
      'a released code, again and again',
      { 'in a row': 1, 'at once': 8 },
      async (t, stage, at) => {
        const { world } = stage
        const code = await releaseCode(stage, world.web, { state: nextState() })
        const answers = await Promise.all(Array.from({ length: at }, () => redeem(world, world.web, code)))
        const first = answers.filter(({ status }) => status === 200)
        t.ok(first.length <= 1, 'redeems once at most', { answers: answers.map(({ status }) => status) })
        const op = watchOp(world.op.requests)
        const again = await redeem(world, world.web, code)
        t.equal(again.status, 400)
        t.same(op.seen(), ['POST /connect/token'], 'and the OP sees the replay')
        const tokens = first.map(({ body }) => JSON.parse(body).access_token)
        for (const token of tokens) {
          stage.secrets.add(token)
          const headers = [`Authorization: Bearer ${token}`]
          const info = await send(world.publicUrl, { target: '/connect/userinfo', headers })
          t.equal(info.status, 401, 'the OP takes its tokens back')
        }
      },
    )
    attack(
      'G-09',
      'PKCE on a request that is driven again',
      {
        S256: {
          code_challenge: '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM',
          code_challenge_method: 'S256',
        },
        'with a login': {
          code_challenge: '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM',
          code_challenge_method: 'S256',
          max_age: '5000',
        },
      },
      async (t, stage, pkce: Record<string, string>) => {
        const { world } = stage
        world.authsignal.control.setRules([stepUpForWeb])
        world.clock.advance(11 * 60_000)
        const browser = await openSignedIn(t, stage)
        const challenge = await authorize(stage, browser, world.web, pkce)
        world.clock.advance(50_000)
        const start = world.op.requests.length
        const code = answerOf(stage, await pass(stage, browser, challenge)).get('code') ?? ''
        const driven = world.op.requests.slice(start).filter(({ url }) => url.includes('client_id=web&'))
        t.equal(driven.length, 1)
        for (const { url } of driven) {
          const sent = new URL(url, world.publicUrl).searchParams
          t.equal(sent.get('code_challenge'), pkce['code_challenge'])
          t.equal(sent.get('code_challenge_method'), pkce['code_challenge_method'])
        }
        expectNoArtefact(t, await redeem(world, world.web, code, { body: { code_verifier: 'w'.repeat(43) } }))
        const without = await redeem(world, world.web, code)
        expectNoArtefact(t, without)
      },
    )
  },
)

runAttacks('token exchange at an OP that does all it is asked', onLenientStage(), (attack) => {
  attack(
    'G-01',
    'an unprotected client asks for tokens of a protected one',
    {
      audience: { audience: 'web' },
      resource: { resource: 'web' },
      'a second audience': 'audience=other&audience=web',
      'the audience twice': 'audience=web&audience=web',
      escaped: 'audience=%77eb',
      'with an actor': 'audience=web&actor_token=x&actor_token_type=x',
    },
    async (t, { world, op }, more) => {
      const extra = typeof more === 'string' ? more : parametersOf(more as Record<string, string>)
      const seen = watchOp(op.requests)
      const own = {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: 'token-of-alice-at-other',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }
      const answer = await askToken({ world }, [basic('other', 'x')], `${parametersOf(own)}&${extra}`)
      expectRefused(t, answer, 400, seen)
      t.match(answer.body, '"error":"unauthorized_client"')
    },
  )
  attack(
    'G-06',
    'the OP refreshes for another user',
    { 'another user': { sub: 'user-bob' }, 'no subject': { sub: '' }, 'an array': { sub: ['user-alice'] } },
    async (t, stage, claims: Record<string, unknown>) => {
      const { world, op } = stage
      world.authsignal.control.setRules([])
      world.clock.advance(61_000)
      const code = `canary-code-8c1f-${nextState()}`
      const refreshToken = `canary-refresh-${nextState()}`
      stage.secrets.add(refreshToken)
      const jar = await askedFor(stage, { state: '' })
      op.answer = (_request, response) =>
        response
          .writeHead(303, { location: `${world.web.redirectUri}?code=${encodeURIComponent(code)}` })
          .end()
      await send(world.publicUrl, { target: '/somewhere', headers: [jar.header(), 'Accept: text/html'] })
      const answerAs = (lie: Record<string, unknown>) => {
        op.answer = async (request, response) => {
          if (request.url === '/connect/revocation') {
            response.writeHead(200).end()
            return
          }
          const id_token = await op.signIdToken({ sub: 'user-alice', aud: 'web', ...lie })
          const tokens = { access_token: 'x', token_type: 'Bearer', id_token, refresh_token: refreshToken }
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens))
        }
      }
      answerAs({})
      t.equal((await redeem(world, world.web, code)).status, 200)
      answerAs(claims)
      const body = parametersOf({ grant_type: 'refresh_token', refresh_token: refreshToken })
      const answer = await askToken({ world }, [basic('web', 'x')], body)
      stage.beLenient()
      t.equal(answer.status, 400, 'is dropped', { answer: describe(answer) })
      expectNoArtefact(t, answer)
    },
  )
})

runAttacks(
  'beside a client that is only watched',
  onRealStage({
    rules: [],
    clients: { web: { mode: 'monitor' }, strict: policies.strict },
    op: { clients, configuration: { issueRefreshToken: () => true } },
  }),
  (attack) => {
    attack(
      'G-08',
      'a code that was only watched releases nothing',
      { 'a protected client': [basic('strict', secretOf('strict'))], 'no client': [] },
      async (t, stage, headers: string[]) => {
        const { world } = stage
        const code = await releaseCode(stage, world.web, { state: nextState() })
        const op = watchOp(world.op.requests)
        const answer = await redeem(world, world.web, code, { headers })
        expectRefused(t, answer, 400, op)
        t.match(answer.body, '"error":"invalid_grant"')
      },
    )
    attack(
      'G-06',
      'nor does its refresh token',
      { 'a protected client': [basic('strict', secretOf('strict'))], 'no client': [] },
      async (t, stage, headers: string[]) => {
        const token = await releaseRefreshToken(stage, stage.world.web)
        const op = watchOp(stage.world.op.requests)
        const body = { grant_type: 'refresh_token', refresh_token: token }
        expectRefused(t, await redeem(stage.world, strict, '', { headers, body }), 400, op)
      },
    )
  },
)
