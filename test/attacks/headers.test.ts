import type { Test } from 'tap'
import { describe, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, patient, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { exchange, form, navigation, send, writeRequest } from './frame/wire.ts'

const spoofs = (names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${name}: evil-value.example`]))

const forwarding = [
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Forwarded-Host',
  'X-Forwarded-Prefix',
  'X-Forwarded-Uri',
  'X-Forwarded-Port',
  'X-Forwarded-Server',
  'X-Forwarded-Scheme',
  'X-Forwarded-Ssl',
  'X-Forwarded-Anything',
  'Forwarded',
  'X-Real-IP',
  'CF-Connecting-IP',
  'True-Client-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'Fastly-Client-IP',
  'X-Original-Forwarded-For',
  'X-ProxyUser-Ip',
  'X-Host',
  'X-Envoy-External-Address',
  'X-Azure-ClientIP',
  'x-FORWARDED-for',
]
const twins = [
  'X_Forwarded_For',
  'X-Forwarded_For',
  'X.Forwarded.For',
  'X_Real_IP',
  'HTTP_X_FORWARDED_FOR',
  'x_forwarded-host',
  'X~Forwarded~For',
  "X'Forwarded'For",
  'X_Remote_User',
  'Content_Length',
  'Transfer_Encoding',
  'Authorization_',
]
const identity = [
  'X-Remote-User',
  'Remote-User',
  'X-SSL-Client-Cert',
  'SSL-Client-Cert',
  'X-Client-Cert',
  'X-Stepup-Verified',
  'X-Step-Up-Subject',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-Original-URI',
  'X-Auth-Request-User',
  'X-WebAuth-User',
  'X-Authenticated-User',
  'X-MS-CLIENT-PRINCIPAL',
  'X-Amzn-Oidc-Identity',
  'X-Goog-Authenticated-User-Email',
  'Cf-Access-Authenticated-User-Email',
  'X-User',
  'Client-Cert',
  'OIDC_CLAIM_sub',
  'OIDC-Claim-Sub',
  'Shib-Session-ID',
  'iv-user',
  'SM_USER',
  'SMUSER',
  'X-HTTP-Destinationurl',
  'Proxy',
  'X-Middleware-Subrequest',
]

runAttacks('an OP that believes what it is told', onLenientStage(), (attack) => {
  attack('X-02', 'forwarding headers of a client', spoofs(forwarding), staysHere)
  attack('X-03', 'their other spellings', spoofs(twins), staysHere)
  attack('X-04', 'headers that say who or where', spoofs(identity), staysHere)
})

/** Whatever endpoint it is sent to, the OP never sees the header, and what it sees is the gateway's. */
async function staysHere(t: Test, { world, op, cookie }: LenientStage, header: string): Promise<void> {
  const other = { clientId: 'other', redirectUri: world.other.redirectUri }
  const requests = [
    { target: '/anything', headers: [header, cookie] },
    { target: `/connect/authorize?${authorizeQuery(other)}`, headers: [header, ...navigation] },
    {
      method: 'POST',
      target: '/connect/token',
      headers: [header, form],
      body: 'grant_type=client_credentials&client_id=other',
    },
  ]
  for (const request of requests) {
    const seen = op.requests.length
    const answer = await send(world.publicUrl, request)
    if (answer.status === 400 && op.requests.length === seen) continue
    t.ok(op.requests.length > seen, 'is passed on', { answer: describe(answer) })
    const { rawHeaders = [], headers } = op.requests[seen] ?? {}
    t.notMatch(rawHeaders.join('\n'), /evil-value/, 'without what the client claims')
    t.match(headers, {
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(world.publicUrl).host,
      host: new URL(world.publicUrl).host,
    })
  }
}

/** Sign-in by a header that this OP trusts; the second name is one that no list of identity headers holds. */
const trusting = (name: string) => ({
  config: {
    stepUp: patient,
    passkeys: { tenantId: 'lab', signIn: { loginPaths: ['/login'], header: { name, path: '/sso' } } },
  },
})

const spell = (name: string): string[] => {
  const [first = '', second = ''] = name.split('-')
  const joined = ['-', '_', '.', '~', "'", '', '--', '-_', '%2D', ' '].map((joint) => first + joint + second)
  const cased = [name.toLowerCase(), name.toUpperCase(), `${first}_${second}`.toUpperCase()]
  const prefixed = ['HTTP_', 'HTTP-', 'Http-Http-'].map((prefix) => prefix + name)
  return [...joined, ...cased, ...prefixed, `HTTP_${first}_${second}`.toUpperCase(), `-${name}`, `${name}_`]
}

const trustedUser = 'user-mallory'

for (const name of ['Auth-User', 'Portal-Login']) {
  runAttacks(`an OP that trusts the header ${name}`, onLenientStage(trusting(name)), (attack) => {
    attack(
      'X-04',
      'the header that the OP trusts, on every path',
      Object.fromEntries(spell(name).map((spelling) => [spelling, [`${spelling}: ${trustedUser}`]])),
      neverArrives,
    )
    attack(
      'X-04',
      'the header that the OP trusts, among other lines',
      {
        'two of them': [`${name}: ${trustedUser}`, `${name.toLowerCase()}: ${trustedUser}`],
        'behind a tab': [`${name}:\t${trustedUser}`],
        'without a space': [`${name}:${trustedUser}`],
        'a space before the colon': [`${name} : ${trustedUser}`],
        'a space before the name': [` ${name}: ${trustedUser}`],
        'a folded line': ['X-A: 1', ` ${name}: ${trustedUser}`],
        'behind a bare carriage return': [`X-A: 1\r${name}: ${trustedUser}`],
        'behind a bare line feed': [`X-A: 1\n${name}: ${trustedUser}`],
        'behind NUL': [`\0${name}: ${trustedUser}`],
        'a high byte in the name': [`${name}\xa0: ${trustedUser}`],
        'a full-width letter': [`\xef\xbc\xa1${name.slice(1)}: ${trustedUser}`],
        'Connection names it': [`${name}: ${trustedUser}`, `Connection: ${name}`],
        'Connection names another spelling': [`${name}: ${trustedUser}`, `Connection: x_${name}, close`],
        'beside what only looks like a length': [`${name}: ${trustedUser}`, 'Content_Length: 5'],
      },
      neverArrives,
    )
    attack(
      'H-05',
      'the header that the OP trusts, as a trailer',
      spell(name).filter((spelling) => !spelling.includes(' ')),
      async (t, { world, op, cookie }, spelling) => {
        const seen = op.requests.length
        const head = ['POST /sso HTTP/1.1', `Host: ${new URL(world.publicUrl).host}`, form, cookie]
        const more = [
          'TE: trailers',
          `Trailer: ${spelling}`,
          'Transfer-Encoding: chunked',
          'Connection: close',
        ]
        const body = `3\r\na=b\r\n0\r\n${spelling}: ${trustedUser}\r\n\r\n`
        const answer = await exchange(world.publicUrl, `${[...head, ...more].join('\r\n')}\r\n\r\n${body}`)
        t.ok(op.requests.length > seen || answer.status === 400, 'is passed on', { answer: describe(answer) })
        t.notMatch(JSON.stringify(op.requests.slice(seen)), trustedUser, 'the OP sees nothing of it')
      },
    )
  })
}

/** On our own, guarded and open paths, and where the gateway itself would send it: the OP never sees the user. */
async function neverArrives(t: Test, { world, op }: LenientStage, lines: readonly string[]): Promise<void> {
  const question = `/connect/authorize?${authorizeQuery({ clientId: 'other', redirectUri: world.other.redirectUri })}`
  const post = { method: 'POST', body: 'grant_type=client_credentials&client_id=other' }
  const requests = [
    ...['/sso', '/SSO', '/sso/', '/sso?a=1', '/', '/login', '/anything', question].map((target) => ({
      target,
    })),
    ...['/step-up/passkeys', '/step-up/passkeys/enter/x', '/step-up/anything'].map((target) => ({ target })),
    ...['/sso', '/connect/token', '/connect/par', '/step-up/client/verify/passkey', '/anything'].map(
      (target) => ({ target, ...post }),
    ),
    ...['HEAD', 'OPTIONS', 'PUT'].map((method) => ({ method, target: '/sso' })),
  ]
  const seen = op.requests.length
  for (const request of requests) {
    const before = op.requests.length
    const headers = [...lines, ...('body' in request ? [form] : navigation)]
    const answer = await exchange(world.publicUrl, writeRequest(world.publicUrl, { ...request, headers }))
    const isOwn = request.target.startsWith('/step-up')
    t.ok(isOwn || answer.status === 400 || op.requests.length > before, `${request.target} is passed on`, {
      answer: describe(answer),
    })
  }
  const arrived = op.requests.slice(seen)
  t.ok(arrived.length === 0 || arrived.length >= 10, 'all are read, or none')
  t.notMatch(JSON.stringify(arrived), trustedUser, 'the OP sees nothing of it')
}

runAttacks('addresses that are built', onRealStage(), (attack) => {
  attack(
    'X-01',
    'the way back from Authsignal leads to the public address only',
    {
      ...spoofs([
        'X-Forwarded-Host',
        'X-Forwarded-Proto',
        'X-Forwarded-Port',
        'X-Host',
        'X-Original-Host',
        'Origin',
        'Referer',
      ]),
      Forwarded: 'Forwarded: host=evil-value.example;proto=https',
      'X-Forwarded-Host with a list': 'X-Forwarded-Host: localhost, evil-value.example',
      'X-Original-URL': 'X-Original-URL: //evil-value.example/',
      'X-Forwarded-Prefix': 'X-Forwarded-Prefix: //evil-value.example',
    },
    async (t, { world, cookiesOf }, header) => {
      const headers = [header, `Cookie: ${await cookiesOf('alice')}`, ...navigation]
      const answer = await send(world.publicUrl, {
        target: `/connect/authorize?${authorizeQuery(world.web)}`,
        headers,
      })
      const { redirectUrl } = world.authsignal.control.tracks.at(-1)?.attributes ?? {}
      t.ok(String(redirectUrl).startsWith(`${world.publicUrl}/step-up/return/`), 'it is the configured one')
      t.notMatch(answer.wire, /evil-value/)
      const page = await send(world.publicUrl, { target: String(answer.headers['location']), headers })
      t.equal(page.status, 200, 'the challenge page is shown')
      t.notMatch(page.wire, /evil-value/)
      t.notMatch(page.headers['set-cookie'], /domain/i, 'the cookie has no Domain')
    },
  )
  attack(
    'X-05',
    'the address that Authsignal hears of is the socket’s',
    {
      'X-Forwarded-For': 'X-Forwarded-For: 6.6.6.6',
      'a list': 'X-Forwarded-For: 6.6.6.6, 7.7.7.7',
      Forwarded: 'Forwarded: for=6.6.6.6',
      'X-Real-IP': 'X-Real-IP: 6.6.6.6',
      'CF-Connecting-IP': 'CF-Connecting-IP: 6.6.6.6',
      'an underscore': 'X_Forwarded_For: 6.6.6.6',
    },
    async (t, { world, cookiesOf }, header) => {
      const headers = [header, `Cookie: ${await cookiesOf('alice')}`, ...navigation]
      await send(world.publicUrl, { target: `/connect/authorize?${authorizeQuery(world.web)}`, headers })
      t.equal(world.authsignal.control.tracks.at(-1)?.attributes['ipAddress'], '127.0.0.1')
    },
  )
  attack(
    'X-06',
    'the OP hears of the public host only',
    {
      'another Host': 'evil.example',
      'the own name, another port': 'localhost:1',
      'a list': 'localhost, evil.example',
      empty: '',
      'upper case': 'LOCALHOST',
    },
    async (t, { world }, host) => {
      const op = watchOp(world.op.requests)
      const target = '/.well-known/openid-configuration'
      expectRefused(t, await send(world.publicUrl, { target, host }), 400, op)
      const { port } = new URL(world.publicUrl)
      const answer = await send(world.publicUrl, { target, host: `LocalHost:${port}` })
      t.match(answer.body, `"issuer":"${world.publicUrl}"`, 'discovery names the public address')
      t.equal(world.op.requests.at(-1)?.headers.host, new URL(world.publicUrl).host)
    },
  )
})

const behindProxy = { config: { stepUp: patient, trustedProxies: ['127.0.0.1/32', '10.0.0.0/8'] } }

runAttacks('behind a trusted proxy', onRealStage(behindProxy), (attack) => {
  attack(
    'X-05',
    'only the hops of trusted proxies are believed',
    {
      'the client adds a hop in front': ['6.6.6.6, 7.7.7.7', '7.7.7.7'],
      'it claims to be a proxy': ['10.0.0.1, 7.7.7.7', '7.7.7.7'],
      'a chain of proxies': ['6.6.6.6, 7.7.7.7, 10.1.1.1', '7.7.7.7'],
      'one hop': ['7.7.7.7', '7.7.7.7'],
      'a port': ['6.6.6.6:50000, 7.7.7.7:50000', '7.7.7.7'],
      'proxies with ports': ['6.6.6.6, 7.7.7.7:1, 10.1.1.1:443', '7.7.7.7'],
      'IPv4 in IPv6 notation': ['::ffff:7.7.7.7', '7.7.7.7'],
      'IPv6 with a port': ['[2001:db8::7]:50000', '2001:db8::7'],
      'no address': ['7.7.7.7, unknown', '127.0.0.1'],
    },
    async (t, { world, cookiesOf }, [header, address]: string[]) => {
      const cookie = `Cookie: ${await cookiesOf('alice')}`
      const headers = [`X-Forwarded-For: ${header}`, 'X-Forwarded-Host: evil.example', cookie, ...navigation]
      const answer = await send(world.publicUrl, {
        target: `/connect/authorize?${authorizeQuery(world.web)}`,
        headers,
      })
      expectNoArtefact(t, answer)
      const { ipAddress, redirectUrl } = world.authsignal.control.tracks.at(-1)?.attributes ?? {}
      t.equal(ipAddress, address)
      t.ok(String(redirectUrl).startsWith(world.publicUrl))
    },
  )
})

const certificates = (trusted: string) => ({
  config: { stepUp: patient, trustedProxies: [trusted], clientCertHeader: 'Client-Cert' },
})
const tokenRequest = {
  method: 'POST',
  target: '/connect/token',
  body: 'grant_type=refresh_token&refresh_token=stolen&client_id=other',
}
const namesAtOp = (stage: RealStage): string =>
  Object.keys(stage.world.op.requests.at(-1)?.headers ?? {}).join(' ')

runAttacks('certificates of proxies elsewhere', onRealStage(certificates('10.0.0.0/8')), (attack) => {
  attack(
    'C-05',
    'nobody forges the header in which the proxies pass certificates on',
    {
      'the very name': 'Client-Cert: :d2Vi:',
      'another case': 'CLIENT-CERT: :d2Vi:',
      underscores: 'Client_Cert: :d2Vi:',
      'as CGI has it': 'HTTP_CLIENT_CERT: :d2Vi:',
      'without a hyphen': 'ClientCert: :d2Vi:',
      'a dot': 'Client.Cert: :d2Vi:',
      'its chain': 'Client-Cert-Chain: :d2Vi:',
      'the chain, underscores': 'Client_Cert_Chain: :d2Vi:',
      'of another proxy': 'X-SSL-Cert: web',
      'as if a proxy had passed it on': 'X-Forwarded-For: 10.0.0.1\r\nClient-Cert: :d2Vi:',
    },
    async (t, stage, header) => {
      const answer = await send(stage.world.publicUrl, { ...tokenRequest, headers: [form, header] })
      t.ok(answer.status < 500, 'is served')
      t.notMatch(namesAtOp(stage), /cert|ssl/i, 'the header does not arrive')
    },
  )
})

runAttacks(
  'behind proxies that pass certificates on',
  onRealStage(certificates('127.0.0.1/32')),
  (attack) => {
    attack(
      'C-05',
      'what a proxy passes on besides its own header',
      {
        underscores: 'Client_Cert: :d2Vi:',
        'as CGI has it': 'HTTP_CLIENT_CERT: :d2Vi:',
        'without a hyphen': 'ClientCert: :d2Vi:',
        'of another proxy': 'X-SSL-Cert: web',
      },
      async (t, stage, header) => {
        const headers = [form, 'Client-Cert: :cHJveHk=:', header]
        await send(stage.world.publicUrl, { ...tokenRequest, headers })
        const arrived = Object.entries(stage.world.op.requests.at(-1)?.headers ?? {})
        t.same(
          arrived.filter(([name]) => /cert|ssl/i.test(name)),
          [['client-cert', ':cHJveHk=:']],
        )
      },
    )
    attack(
      'C-05',
      "a client's certificate header beside that of the proxy",
      {
        'in front': ['Client-Cert: :d2Vi:', 'Client-Cert: :cHJveHk=:'],
        'another case': ['client-cert: :d2Vi:', 'Client-Cert: :cHJveHk=:'],
      },
      async (t, stage, pair: string[]) => {
        const op = watchOp(stage.world.op.requests)
        expectRefused(
          t,
          await send(stage.world.publicUrl, { ...tokenRequest, headers: [form, ...pair] }),
          400,
          op,
        )
      },
    )
  },
)
