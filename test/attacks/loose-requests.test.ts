import type { Test } from 'tap'
import { describe, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { begin, Jar } from './frame/jar.ts'
import { canary, type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { type Answer, form, navigation, send } from './frame/wire.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** What a request is made of, for one client. */
interface Sent {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly body?: string
}

const unlisted = { clientId: 'other', redirectUri: 'https://other.example/cb' }

const get =
  (more: string) =>
  (client: typeof unlisted): Sent => ({
    method: 'GET',
    target: `/connect/authorize?${authorizeQuery(client)}&${more}`,
    headers: navigation,
  })

const post =
  (more: string) =>
  (client: typeof unlisted): Sent => ({
    method: 'POST',
    target: '/connect/authorize',
    headers: [...navigation, form],
    body: `${authorizeQuery(client)}&${more}`,
  })

const redeem =
  (more: string, headers: readonly string[] = [], target = '/connect/token') =>
  ({ clientId }: typeof unlisted): Sent => ({
    method: 'POST',
    target,
    headers: [form, ...headers],
    body: `grant_type=authorization_code&code=c&client_id=${clientId}&${more}`,
  })

const redeemAs =
  (authorization: (id: string) => string, more = '') =>
  ({ clientId }: typeof unlisted): Sent => ({
    method: 'POST',
    target: '/connect/token',
    headers: [form, `Authorization: ${authorization(clientId)}`],
    body: `grant_type=authorization_code&code=c${more}`,
  })

/** What can't make an OP take one client for another: only a protected client is refused for it. */
const loose: Record<string, (client: typeof unlisted) => Sent> = {
  'a stray percent sign': get('login_hint=100%'),
  'bytes that are not UTF-8': get('login_hint=%E9'),
  'two values': get('ui_locales=de&ui_locales=en'),
  'two values in a form': post('ui_locales=de&ui_locales=en'),
  'an empty value and another': get('prompt=&prompt=login'),
  'a NUL': get('login_hint=a%00b'),
  'a control character in a scope': get('prompt=login%0A'),
  'a name in another case': get('Prompt=login'),
  'an array': get('acr_values[]=a'),
  'a semicolon in a value': get('max_age=1;2'),
  'a name after a semicolon': get('x=y;prompt=login'),
  'an HTML entity': get('x=y&amp;prompt=login'),
  'a broken escape in a name': get('x%=y'),
  'a POST without a body': (client) => ({ ...get('x=y')(client), method: 'POST' }),
  'a POST without a body, of another type': (client) => ({
    ...get('x=y')(client),
    method: 'POST',
    headers: [...navigation, 'Content-Type: text/plain', 'Content-Length: 0'],
  }),
  'a token request: a stray percent sign': redeem('client_secret=100%'),
  'a token request: bytes that are not UTF-8': redeem('x=%E9'),
  'a token request: two values': redeem('scope=a&scope=b'),
  'a token request: a name in another case': redeem('Scope=a'),
  'a token request: a scope in the query': redeem('x=y', [], '/connect/token?scope=a'),
  'Basic without padding': redeemAs((id) => `Basic ${base64(`${id}:s`).replace(/=+$/, '')}`),
  'Basic with too much padding': redeemAs((id) => `Basic ${base64(`${id}:s`)}==`),
  'Basic after two spaces': redeemAs((id) => `Basic  ${base64(`${id}:s`)}`),
  'Basic after a tab': redeemAs((id) => `basic\t${base64(`${id}:s`)}`),
  'Basic of another unprotected client': redeemAs((id) => `Basic ${base64(`${id}:s`)}`, '&client_id=nobody'),
  'a pushed request': redeem('response_type=code&ui_locales=de&ui_locales=en', [], '/connect/par'),
  'a device request': redeem('scope=a&scope=b', [], '/connect/deviceauthorization'),
}

/** By what a request could be another client's: whoever sends it is refused. */
const uncertain: Record<string, (client: typeof unlisted) => Sent> = {
  'two clients': get('client_id=nobody'),
  'a client in another case': get('Client_Id=web'),
  'an array of clients': get('client_id[]=web'),
  'a client after a semicolon': get('x=y;client_id=web'),
  'an HTML entity': get('x=y&amp;client_id=web'),
  'two redirect URIs': get('redirect_uri=https://other.example/b'),
  'two response types': post('response_type=token'),
  'a response mode in another case': get('Response_Mode=fragment'),
  'a request in another case': get('Request=x'),
  'a request URI that nobody knows, and two values': get('request_uri=urn:x&ui_locales=a&ui_locales=b'),
  'a name outside ASCII': get('%C3%A9=x'),
  'a name that is long': get(`${'x'.repeat(257)}=y`),
  'two codes': redeem('code=d'),
  'a token in another case': redeem('Subject_Token=x'),
  'a client in the query': redeem('x=y', [], '/connect/token?client_id=other'),
  'Basic with a character that decoders skip': redeemAs((id) => `Basic -${base64(`${id}:s`)}`),
  'Basic after a blank that is none': redeemAs((id) => `Basic\xa0${base64(`${id}:s`)}`),
  'Basic of two': redeemAs((id) => `Basic ${base64(`${id}:s`)}, Basic ${base64('web:s')}`),
  'Basic of a protected client': redeemAs(() => `Basic ${base64('web:s')}`, '&client_id=other'),
  'Basic of a protected client, as it may be read': redeemAs(
    () => `Basic ${base64('w%65b:s')}`,
    '&client_id=other',
  ),
  'an assertion that is none': redeem('client_assertion=x'),
  'a JSON body': (client) => ({ ...redeem('')(client), headers: ['Content-Type: application/json'] }),
  'a body of no type': (client) => ({ ...post('x=y')(client), headers: navigation }),
}

async function pass(stage: LenientStage, sent: Sent, headers: readonly string[] = []): Promise<Answer> {
  const { world, op } = stage
  op.requests.length = 0
  return send(world.publicUrl, { ...sent, headers: [...sent.headers, ...headers] })
}

function expectAsSent(
  t: Test,
  { op }: LenientStage,
  { method, target, body = '' }: Sent,
  answer: Answer,
): void {
  t.match(op.requests.at(-1), { method, url: target, body }, 'byte for byte', { answer: describe(answer) })
  t.equal(answer.status, 204)
  t.notOk(answer.headers['set-cookie'], 'no cookie')
}

const watchedApp = { clientId: 'watched', redirectUri: 'https://watched.example/cb' }
const offApp = { clientId: 'off', redirectUri: 'https://off.example/cb' }
const beside = {
  watched: { mode: 'monitor', redirectUris: [watchedApp.redirectUri] },
  off: { mode: 'off', redirectUris: [offApp.redirectUri] },
}

runAttacks('requests that servers could read differently', onLenientStage({ clients: beside }), (attack) => {
  attack(
    'Q-22',
    'a client that is certainly not protected is not refused for it',
    loose,
    async (t, stage, sentBy) => {
      stage.op.answer = (_request, response) => response.writeHead(204).end()
      for (const client of [unlisted, offApp])
        expectAsSent(t, stage, sentBy(client), await pass(stage, sentBy(client), [stage.cookie]))
    },
  )
  attack('Q-22', 'nor is one that is only watched', loose, async (t, stage, sentBy) => {
    stage.op.answer = (_request, response) => response.writeHead(204).end()
    const { method, target, body = '' } = sentBy(watchedApp)
    const answer = await pass(stage, sentBy(watchedApp), [stage.cookie])
    t.equal(answer.status, 204, describe(answer))
    t.match(stage.op.requests.at(-1), { method, url: target, body })
  })
  attack('Q-22', 'a protected client is', loose, async (t, stage, sentBy) => {
    stage.beLenient()
    const seen = watchOp(stage.op.requests)
    const answer = await pass(stage, sentBy(stage.world.web), [stage.cookie])
    expectRefused(t, answer, [400, 401, 415], seen)
  })
  attack(
    'Q-22',
    'and so is one that is not named',
    {
      'a stray percent sign': '/connect/authorize?response_type=code&login_hint=100%',
      'a form of its own': 'state=a&state=b',
      'a token request': 'grant_type=password&scope=a&scope=b',
    },
    async (t, stage, what) => {
      stage.beLenient()
      const target = what.startsWith('grant_type') ? '/connect/token' : '/connect/authorize'
      const sent = what.startsWith('/')
        ? { method: 'GET', target: what, headers: navigation }
        : { method: 'POST', target, headers: [form], body: what }
      expectRefused(t, await pass(stage, sent, [stage.cookie]), 400, watchOp(stage.op.requests))
    },
  )
  attack('Q-22', 'nobody is certain whose client may be another', uncertain, async (t, stage, sentBy) => {
    stage.beLenient()
    const answer = await pass(stage, sentBy(unlisted), [stage.cookie])
    expectRefused(t, answer, [400, 401, 415], watchOp(stage.op.requests))
  })
})

const watched = { web: { mode: 'monitor' }, web2: { mode: 'monitor' }, consenting: { mode: 'off' } }

runAttacks('while nobody is protected', onLenientStage({ clients: watched }), (attack) => {
  attack(
    'Q-22',
    'nobody is refused',
    {
      ...loose,
      ...uncertain,
      'a preflight with a body': (client: typeof unlisted) => ({ ...post('x=y')(client), method: 'OPTIONS' }),
      'a GET with a body': (client: typeof unlisted) => ({ ...get('x=y')(client), body: 'x=y' }),
      'a PUT': (client: typeof unlisted) => ({ ...post('x=y')(client), method: 'PUT' }),
    },
    async (t, stage, sentBy) => {
      stage.op.answer = (_request, response) => response.writeHead(204).end()
      for (const client of [unlisted, stage.world.web]) {
        const sent = sentBy(client)
        const answer = await pass(stage, sent, [stage.cookie])
        t.match(stage.op.requests.at(-1), { method: sent.method, url: sent.target, body: sent.body ?? '' })
        t.equal(answer.status, 204)
      }
    },
  )
})

const consent = (clientId: string, scope = 'profile') =>
  `client_id=${clientId}&state=of-the-op&scope=${scope}&scope=email`

/** Challenges whoever asks for the scope `admin`. */
const forAdmin = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0022',
  name: 'step up for the scope admin',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
  conditions: { in: ['admin', { var: 'custom.scope' }] },
} as const

function postForm(stage: LenientStage, jar: Jar, body: string, path = '/connect/authorize'): Promise<Answer> {
  const headers = [jar.header(), ...navigation, form]
  return send(stage.world.publicUrl, { method: 'POST', target: path, headers, body })
}

/** The OP answers a form with the response to a request of `web` that it was asked before. */
function answerForm(
  { op, world }: LenientStage,
  state = 'the-state',
  redirectUri = world.web.redirectUri,
): void {
  op.answer = (_request, response) =>
    response.writeHead(303, { location: `${redirectUri}?code=${canary.code}&state=${state}` }).end()
}

runAttacks(
  'forms that are posted to the authorization endpoint',
  onLenientStage({ rules: [forAdmin] }),
  (attack) => {
    attack(
      'Q-23',
      'a consent that repeats its scope is no request, and is answered for the earlier one',
      {
        'Spring Authorization Server': consent('web'),
        'Spring Security OAuth':
          'user_oauth_approval=true&scope.openid=true&scope.profile=false&authorize=Authorize',
        'Laravel Passport': '_token=t&state=of-the-op&client_id=web&auth_token=a',
        'boxes in an array': 'client_id=web&state=x&scope[]=profile&scope[]=email&scope%5B%5D=openid',
        'a refusal': 'client_id=web&state=of-the-op',
        'a login': 'username=alice&password=100%&_csrf=%ff',
        nothing: '',
      },
      async (t, stage, body) => {
        const jar = new Jar()
        const scope = 'openid profile email'
        await begin(stage, jar, authorizeQuery(stage.world.web, { scope }))
        answerForm(stage)
        const answer = await postForm(stage, jar, body)
        t.equal(stage.op.requests.at(-1)?.body, body, 'byte for byte')
        t.match(answer.headers['location'], `code=${canary.code}`, 'is released', {
          answer: describe(answer),
        })
      },
    )
    attack(
      'Q-23',
      'that of an unprotected client goes through as it came',
      {
        once: consent('other'),
        'with odd bytes': `${consent('other')}&login=100%`,
        'two states': `${consent('other')}&state=b`,
      },
      async (t, stage, body) => {
        answerForm(stage, 's', unlisted.redirectUri)
        const answer = await postForm(stage, new Jar(), body)
        t.match(stage.op.requests.at(-1), { method: 'POST', url: '/connect/authorize', body })
        t.match(answer.headers, { location: `${unlisted.redirectUri}?code=${canary.code}&state=s` })
        t.notOk(answer.headers['set-cookie'])
      },
    )
    attack(
      'Q-23',
      'one that asks for more is judged by that',
      {
        'another scope': consent('web', 'admin'),
        'two in one': consent('web', 'openid+admin'),
        'a line between': consent('web', 'openid%0Aadmin'),
        'a semicolon between': consent('web', 'openid%3Badmin'),
        'an array': 'client_id=web&state=x&scope[]=admin',
        'a part': 'client_id=web&state=x&scope.x=admin',
        'another case': 'client_id=web&state=x&Scope=admin',
        'without its client': 'state=x&scope=admin',
        'after another': 'client_id=web&state=x&scope=openid&SCOPE=a&sco%70e=admin',
      },
      async (t, stage, body) => {
        const jar = new Jar()
        await begin(stage, jar, authorizeQuery(stage.world.web, { scope: 'openid' }))
        answerForm(stage)
        const answer = await postForm(stage, jar, body)
        t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'is asked', {
          answer: describe(answer),
        })
        expectNoArtefact(t, answer)
      },
    )
    attack(
      'Q-23',
      'one that names another client is judged by both',
      { 'a stricter one': consent('web2') },
      async (t, stage, body) => {
        const jar = new Jar()
        await begin(stage, jar, authorizeQuery(stage.world.web))
        answerForm(stage, 's', 'https://elsewhere.example/cb')
        const answer = await postForm(stage, jar, body)
        t.equal(answer.status, 403, 'a protected client at an address that nobody lists')
        expectNoArtefact(t, answer)
      },
    )
    attack(
      'Q-23',
      'one whose request was not seen is never released on ALLOW alone',
      { 'a consent': consent('web'), 'a form of nothing': 'x=y' },
      async (t, stage, body) => {
        answerForm(stage)
        const answer = await postForm(stage, new Jar(), body)
        t.match(answer.headers['location'], /[?&]error=interaction_required/, describe(answer))
        expectNoArtefact(t, answer)
      },
    )
    attack(
      'Q-23',
      'what some OP could take for a request is read as one, strictly',
      {
        'a doubled scope': ['', `${consent('web')}&response_type=code`],
        'an empty response type': ['', `${consent('web')}&response_type=`],
        'a response type without a value': ['', `${consent('web')}&response_type`],
        'a response type in the query': ['?response_type=code', consent('web')],
        'a response type in another case': ['', `${consent('web')}&Response_Type=code`],
        'one that is escaped': ['', `${consent('web')}&response%5ftype=code`],
        'an array of them': ['', `${consent('web')}&response_type[]=code`],
        'one after a semicolon': ['', `${consent('web')};response_type=code`],
        'one after a semicolon in the query': ['?x=y;response_type=code', consent('web')],
        'a request object': ['', `${consent('web')}&request=x`],
        'a request URI in the query': ['?request_uri=urn:x', consent('web')],
        'a redirect URI': ['', `${consent('web')}&redirect_uri=https://app.example.com/cb`],
        'a token request': ['', `${consent('web')}&grant_type=authorization_code&code=c`],
        'a nonce': ['', `${consent('web')}&nonce=n`],
        'a challenge of PKCE': ['', `${consent('web')}&code_challenge=${'c'.repeat(43)}`],
        'a prompt in another case': ['', `${consent('web')}&Prompt=none`],
        'two clients': ['', `${consent('web')}&client_id=other`],
        'two states': ['', `${consent('web')}&state=b`],
        'a scope after a semicolon': ['', `${consent('web')}&x=y;scope=admin`],
        'a name outside ASCII': ['', `${consent('web')}&%C3%A9=x`],
        'a GET': ['?client_id=web&state=s&scope=a&scope=b'],
        'a client that could be a protected one': ['', consent('WEB')],
      } as Record<string, readonly [query: string, body?: string]>,
      async (t, stage, [query, body]) => {
        stage.beLenient()
        const seen = watchOp(stage.op.requests)
        const target = `/connect/authorize${query}`
        const answer =
          body === undefined
            ? await send(stage.world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
            : await postForm(stage, new Jar(), body, target)
        expectRefused(t, answer, 400, seen)
      },
    )
    attack(
      'Q-23',
      'a form in another type is refused',
      ['multipart/form-data; boundary=x', 'application/json', 'text/plain'],
      async (t, stage, type) => {
        stage.beLenient()
        const body = `--x\r\nContent-Disposition: form-data; name="response_type"\r\n\r\ncode\r\n--x--`
        const headers = [stage.cookie, ...navigation, `Content-Type: ${type}`]
        const request = { method: 'POST', target: '/connect/authorize', headers, body }
        expectRefused(t, await send(stage.world.publicUrl, request), 415, watchOp(stage.op.requests))
      },
    )
  },
)

function followLink({ world }: LenientStage, jar: Jar, query: string): Promise<Answer> {
  return send(world.publicUrl, {
    target: `/connect/authorize${query}`,
    headers: [jar.header(), ...navigation],
  })
}

runAttacks(
  'links with which an OP goes on with a request that it has kept',
  onLenientStage({ rules: [forAdmin] }),
  (attack) => {
    const links = {
      'Duende IdentityServer': '?authzId=1',
      'WSO2 Identity Server': '?sessionDataKey=1&type=oidc',
      'a state of its own': '?state=of-the-op',
      'odd bytes': '?x=100%&y=%ff',
      nothing: '',
    }
    attack('Q-23', 'one is answered for the earlier request', links, async (t, stage, query) => {
      const jar = new Jar()
      await begin(stage, jar, authorizeQuery(stage.world.web, { scope: 'openid profile' }))
      answerForm(stage)
      const answer = await followLink(stage, jar, query)
      t.equal(stage.op.requests.at(-1)?.url, `/connect/authorize${query}`, 'byte for byte')
      t.match(answer.headers['location'], `code=${canary.code}`, 'is released', { answer: describe(answer) })
    })
    attack('Q-23', 'and judged by what that asks for', links, async (t, stage, query) => {
      const jar = new Jar()
      await begin(stage, jar, authorizeQuery(stage.world.web, { scope: 'openid admin', prompt: 'login' }))
      answerForm(stage)
      const answer = await followLink(stage, jar, query)
      t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'is asked', { answer: describe(answer) })
      expectNoArtefact(t, answer)
    })
    attack(
      'Q-23',
      'one that asks for more in some reading is judged by that',
      { 'an array': '?authzId=1&scope[]=admin', 'another case': '?authzId=1&Scope=admin' },
      async (t, stage, query) => {
        const jar = new Jar()
        await begin(stage, jar, authorizeQuery(stage.world.web, { scope: 'openid' }))
        answerForm(stage)
        const answer = await followLink(stage, jar, query)
        t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'is asked', {
          answer: describe(answer),
        })
      },
    )
    attack(
      'Q-23',
      'one whose request this browser did not make is never released on ALLOW alone',
      links,
      async (t, stage, query) => {
        const other = new Jar()
        await begin(stage, other, authorizeQuery(stage.world.web))
        answerForm(stage)
        const answer = await followLink(stage, new Jar(), query)
        t.match(answer.headers['location'], /[?&]error=interaction_required/, describe(answer))
        expectNoArtefact(t, answer)
      },
    )
    attack(
      'Q-23',
      'what some OP could take for a request is read as one, strictly',
      {
        'a client': '?authzId=1&client_id=web',
        'an array of clients': '?authzId=1&client_id[]=web',
        'a client in another case': '?authzId=1&Client_Id=web',
        'a client after a semicolon': '?authzId=1;client_id=web',
        'a client behind an HTML entity': '?authzId=1&amp;client_id=web',
        'a response type in another case': '?authzId=1&Response_Type=code',
        'a prompt in another case': '?authzId=1&Prompt=none',
        'a scope after a semicolon': '?authzId=1;scope=admin',
        'a request URI that nobody knows': '?authzId=1&request_uri=urn:x&ui_locales=a&ui_locales=b',
        'two states': '?state=a&state=b',
        'a name outside ASCII': '?authzId=1&%C3%A9=x',
      },
      async (t, stage, query) => {
        stage.beLenient()
        const seen = watchOp(stage.op.requests)
        expectRefused(t, await followLink(stage, new Jar(), query), 400, seen)
      },
    )
  },
)

runAttacks('content types of forms', onLenientStage(), (attack) => {
  const types = ['ISO-8859-1', '"iso-8859-1"', 'windows-1252', 'us-ascii', 'utf8', ' "UTF-8" ;', 'utf-8;']
  attack('Q-10', 'in any charset a form is the same that is ASCII', types, async (t, stage, charset) => {
    stage.op.answer = (_request, response) => response.writeHead(204).end()
    const body = 'grant_type=client_credentials&client_id=other&scope=a+b'
    const headers = [`Content-Type: application/x-www-form-urlencoded ; Charset=${charset.trim()}`]
    const answer = await pass(stage, { method: 'POST', target: '/connect/token', headers, body })
    t.equal(answer.status, 204, describe(answer))
    t.match(stage.op.requests.at(-1), { body })
  })
  attack(
    'Q-10',
    'what is not ASCII is read in UTF-8 alone',
    { bytes: 'x=\xe9', escapes: 'x=%E9', 'escapes of UTF-8': 'x=%C3%A9', 'in a name': '%C3%A9=x' },
    async (t, stage, more) => {
      stage.beLenient()
      for (const charset of ['iso-8859-1', 'us-ascii']) {
        const headers = [`Content-Type: application/x-www-form-urlencoded; charset=${charset}`]
        const body = `grant_type=client_credentials&client_id=other&${more}`
        const answer = await pass(stage, { method: 'POST', target: '/connect/token', headers, body })
        expectRefused(t, answer, 415, watchOp(stage.op.requests))
      }
    },
  )
})
