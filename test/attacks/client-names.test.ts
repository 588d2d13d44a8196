import { basic, redeem } from './frame/codes.ts'
import { describe, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { form, navigation, send } from './frame/wire.ts'

/** How an OP could take an id for `web`, or for the number 7, or for a UUID, which are protected. */
const uuid = '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0009'
const spellings = {
  'upper case': 'WEB',
  'a capital': 'Web',
  'a blank before': ' web',
  'a blank behind': 'web ',
  'blanks inside': 'w e b',
  'a no-break space': 'web\u00a0',
  'full-width letters': '\uff57\uff45\uff42',
  'an accent': 'w\u00e9b',
  'a combining accent': 'we\u0301b',
  'a combining letter': 'w\u0364b',
  'a combining letter too many': 'web\u0363',
  'a letter in a circle': '\u24e6eb',
  'a letter in a black circle': '\u{1f166}eb',
  'a mathematical letter': '\u{1d430}eb',
  'a small capital letter': '\u02b7eb',
  'a zero-width space': 'w\u200beb',
  'a soft hyphen': 'we\u00adb',
  'a byte order mark': '\ufeffweb',
  'a tatweel': 'we\u0640b',
  'a Hangul filler': 'web\u3164',
  'a variation selector': 'web\ufe0f',
  'a tag character': 'web\u{e0061}',
  'a private character': 'we\ue000b',
  'what old collations skip': 'web\u{1f600}',
  'an escape': '%57eb',
  'an escape of an escape': '%2577eb',
  'bytes in another encoding': '\u00a0web',
  'a number with a zero before': '07',
  'a number with text behind': '7abc',
  'a number with a sign': '+7',
  'a number with a fraction': '7.0',
  'a number with an exponent': '0.7e1',
  'a UUID in upper case': uuid.toUpperCase(),
  'a UUID without hyphens': uuid.replaceAll('-', ''),
  'a UUID in braces': `{${uuid}}`,
  'a UUID as a URN': `urn:uuid:${uuid}`,
  'a UUID with text behind': `${uuid}abc`,
  'too long to be compared': `${'x'.repeat(300)}\u00e9`,
}
const looselyNamed = {
  ...{ '7': { mode: 'enforce', redirectUris: ['https://seven.example.com/cb'] } },
  [uuid]: { mode: 'enforce', redirectUris: ['https://uuid.example.com/cb'] },
  listed: { clientId: 'wEb', mode: 'off' },
}

const assertedBy = (client_assertion: string) => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion,
})

runAttacks('ids that the OP finds loosely', onLenientStage({ clients: looselyNamed }), (attack) => {
  const jwt = (claims: Record<string, unknown>): string =>
    [{ alg: 'HS256' }, claims, 'x']
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
  const post = (target: string, body: Record<string, string>, headers: readonly string[] = []) => ({
    method: 'POST',
    target,
    headers: [form, ...headers],
    body: new URLSearchParams(body).toString(),
  })
  const grants: Record<string, string>[] = [
    { grant_type: 'password', username: 'alice', password: 'x' },
    { grant_type: 'authorization_code', code: 'canary-code-8c1f' },
    { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: 'x' },
    { grant_type: 'refresh_token', refresh_token: 'x' },
  ]
  attack('C-09', 'at the token endpoint', spellings, async (t, { world, op }, name) => {
    const seen = watchOp(op.requests)
    op.answer = (_request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"access_token":"canary-token-5d2e","token_type":"Bearer"}')
    const unescaped = Buffer.from(name).toString('latin1').replaceAll('%', '%25')
    const ways: [headers: string[], named: Record<string, string>][] = [
      [[], { client_id: name }],
      [[basic(encodeURIComponent(name), 'x')], {}],
      // What stands behind a colon is the secret.
      [[basic(name.includes(':') ? encodeURIComponent(name) : unescaped, 'x')], {}],
      [[], assertedBy(jwt({ iss: name, sub: name }))],
    ]
    for (const [at, [headers, named]] of ways.entries()) {
      const body = { ...grants[at], ...named }
      const answer = await send(world.publicUrl, post('/connect/token', body, headers))
      expectRefused(t, answer, 400, seen)
    }
  })
  attack('C-09', 'where a flow begins', spellings, async (t, stage, name) => {
    const { world, op } = stage
    stage.beLenient()
    const seen = watchOp(op.requests)
    const query = authorizeQuery({ clientId: name, redirectUri: 'https://elsewhere.example/cb' })
    const object = `${authorizeQuery({ clientId: 'other', redirectUri: '' })}&request=${jwt({ client_id: name })}`
    const browser = [stage.cookie, ...navigation]
    for (const asked of [query, object]) {
      expectRefused(
        t,
        await send(world.publicUrl, { target: `/connect/authorize?${asked}`, headers: browser }),
        400,
        seen,
      )
      for (const target of ['/connect/authorize', '/connect/par', '/connect/deviceauthorization']) {
        const headers = target.endsWith('authorize') ? [form, ...browser] : [form]
        const answer = await send(world.publicUrl, { method: 'POST', target, headers, body: asked })
        expectRefused(t, answer, 400, seen)
      }
    }
  })
  attack('C-09', 'as the audience of a token exchange', spellings, async (t, { world, op }, name) => {
    const seen = watchOp(op.requests)
    for (const grant_type of [
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'URN:ietf:params:oauth:grant-type:Token-Exchange',
    ]) {
      for (const parameter of ['audience', 'resource']) {
        const body = { grant_type, subject_token: 'x', subject_token_type: 'x', [parameter]: name }
        const answer = await send(world.publicUrl, post('/connect/token', body, [basic('other', 'x')]))
        expectRefused(t, answer, 400, seen)
      }
    }
  })
  attack(
    'C-09',
    'more audiences than anybody can compare in time',
    { 'many of them': { name: '\ufdfa', count: 900 }, 'long ones': { name: '%41'.repeat(300), count: 50 } },
    async (t, { world, op }, { name, count }) => {
      const seen = watchOp(op.requests)
      const audiences = Array.from({ length: count }, (_, at) => `&audience=${encodeURIComponent(name)}${at}`)
      const answer = await send(world.publicUrl, {
        method: 'POST',
        target: '/connect/token',
        headers: [form, basic('other', 'x')],
        body: `grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=x${audiences.join('')}`,
      })
      expectRefused(t, answer, 400, seen)
    },
  )
  attack(
    'C-09',
    'the control: other ids are other clients',
    {
      'a longer one': 'webb',
      'a number more': 'web22',
      'a hyphen': 'we-b',
      'another number': '77',
      'another UUID': uuid.replace('6', '7'),
      'letters outside ASCII': 'größe',
      'another alphabet': '日本',
      'a long one': 'x'.repeat(2000),
      'one that folds to a protected one, and is listed': 'wEb',
    },
    async (t, { world, op }, name) => {
      const seen = watchOp(op.requests)
      op.answer = (_request, response) => response.writeHead(200).end('{}')
      const body = { grant_type: 'password', username: 'x', password: 'x', client_id: name }
      t.equal((await send(world.publicUrl, post('/connect/token', body))).status, 200)
      t.same(seen.seen(), ['POST /connect/token'], 'is the OP’s business')
    },
  )
  attack(
    'C-10',
    'tokens for a protected client that the OP spells another way',
    ['WEB', '\u24e6eb', 'w\u00e9b'],
    async (t, stage, aud) => {
      const { op, world } = stage
      op.answer = async (request, response) => {
        if (request.url === '/connect/revocation') return response.writeHead(200).end()
        const id_token = await op.signIdToken({ sub: 'user-alice', aud: ['other', aud] })
        const tokens = { access_token: 'canary-token-5d2e', token_type: 'Bearer', id_token }
        return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens))
      }
      const answer = await redeem(world, { ...world.web, clientId: 'other' }, 'canary-code-8c1f')
      stage.beLenient()
      t.equal(answer.status, 400, 'is dropped', { answer: describe(answer) })
      expectNoArtefact(t, answer)
    },
  )
})

const unnamed: Record<string, Record<string, string>> = {
  'a code': { grant_type: 'authorization_code', code: 'canary-code-8c1f' },
  'a code under another grant type': { grant_type: 'urn:example:grant', code: 'canary-code-8c1f' },
  'a code under client credentials': { grant_type: 'client_credentials', code: 'canary-code-8c1f' },
  'a code without a grant type': { code: 'canary-code-8c1f' },
  'a code beside a refresh token': {
    grant_type: 'refresh_token',
    refresh_token: 'x',
    code: 'canary-code-8c1f',
  },
  'a refresh token': { grant_type: 'refresh_token', refresh_token: 'x' },
  'a refresh token without a grant type': { refresh_token: 'x' },
  'a device code': { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'x' },
  'an authentication that the user was asked for': {
    grant_type: 'urn:openid:params:grant-type:ciba',
    auth_req_id: 'x',
  },
}

runAttacks(
  'requests that name no client',
  onLenientStage({
    clients: {
      web2: { refreshTokens: 'released' },
      consenting: { grants: ['authorization_code', 'password'] },
    },
  }),
  (attack) => {
    const headersOf: Record<string, readonly string[]> = {
      nothing: [],
      'another scheme': ['Authorization: Bearer web'],
      'DPoP alone': ['DPoP: x'],
    }
    for (const [how, headers] of Object.entries(headersOf)) {
      attack('C-11', `what belongs to one client, with ${how}`, unnamed, async (t, { world, op }, body) => {
        const seen = watchOp(op.requests)
        op.answer = (_request, response) =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end('{"access_token":"canary-token-5d2e","token_type":"Bearer"}')
        const answer = await send(world.publicUrl, {
          method: 'POST',
          target: '/connect/token',
          headers: [form, ...headers],
          body: new URLSearchParams(body as Record<string, string>).toString(),
        })
        expectRefused(t, answer, 400, seen)
        t.match(answer.body, '"error":"invalid_grant"')
      })
    }
    attack(
      'C-11',
      'a flow that begins for nobody',
      ['/connect/par', '/connect/deviceauthorization'],
      async (t, { world, op }, target) => {
        const seen = watchOp(op.requests)
        const answer = await send(world.publicUrl, {
          method: 'POST',
          target,
          headers: [form],
          body: 'scope=openid',
        })
        expectRefused(t, answer, 400, seen)
      },
    )
    attack(
      'C-11',
      'the control: what belongs to no client',
      {
        'an assertion': 'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=a.b.c',
        'a pre-authorized code':
          'grant_type=urn:ietf:params:oauth:grant-type:pre-authorized_code&pre-authorized_code=x',
      },
      async (t, { world, op }, body) => {
        const seen = watchOp(op.requests)
        op.answer = (_request, response) => response.writeHead(200).end('{}')
        const request = { method: 'POST', target: '/connect/token', headers: [form], body }
        t.equal((await send(world.publicUrl, request)).status, 200)
        t.same(seen.seen(), ['POST /connect/token'])
      },
    )
    attack(
      'G-10',
      'a code of a protected client under a grant on its list that is none of codes',
      { password: 'grant_type=password&username=x&password=x&code=canary-code-8c1f' },
      async (t, { world, op }, body) => {
        const seen = watchOp(op.requests)
        const answer = await send(world.publicUrl, {
          method: 'POST',
          target: '/connect/token',
          headers: [form, basic('consenting', 'x')],
          body,
        })
        expectRefused(t, answer, 400, seen)
      },
    )
  },
)
